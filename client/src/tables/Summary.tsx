/** The statistics of one column, in words and as a histogram. */
import type { ColumnSummary } from '@yesterday/server/contract/variables.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { Histogram } from './Histogram.tsx'

export function Summary(props: { readonly summary: ColumnSummary | undefined; readonly name: string }) {
  const { summary, name } = props
  if (summary === undefined) return <p className="table-count">{t('app.loading')}</p>
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t('table.least'), summary.least],
    [t('table.greatest'), summary.greatest],
    [t('table.mean'), summary.mean],
    [t('table.deviation'), summary.deviation],
    [t('table.distinct'), summary.distinct?.toLocaleString(locale)],
    [t('table.missingValues'), summary.missing.toLocaleString(locale)],
  ]
  return (
    <section className="column-summary" aria-label={t('table.statisticsOf', { name })}>
      {summary.bins !== undefined && <Histogram bins={summary.bins} height={40} />}
      <dl>
        {facts.map(([word, value]) =>
          value === undefined ? null : (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {summary.top !== undefined && summary.top.length > 0 && <Top top={summary.top} />}
      {summary.sampled !== undefined && (
        <p>{t('table.sampled', { count: summary.sampled, all: summary.count })}</p>
      )}
    </section>
  )
}

/** The most frequent values. */
function Top({ top }: { readonly top: NonNullable<ColumnSummary['top']> }) {
  return (
    <ol aria-label={t('table.top')}>
      {top.map(([text, count]) => (
        <li key={text}>
          <code>{text}</code> {count.toLocaleString(locale)}
        </li>
      ))}
    </ol>
  )
}
