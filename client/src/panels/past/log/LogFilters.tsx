/** Which runs the log shows, and in which form. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import type { LogChoice, LogSpan } from '../../../access/place.ts'
import { t } from '../../../text/text.ts'

const outcomes: readonly RunSummary['outcome'][] = ['ok', 'error', 'aborted', 'died']
const DAY = 86_400_000
const spans = { hour: DAY / 24, day: DAY, week: 7 * DAY } as const

export function LogFilters(props: {
  readonly choice: LogChoice
  readonly selectedCell: string | null
  readonly onChange: (choice: LogChoice) => void
  /** Null where there is no session yet. */
  readonly onActivity: () => void
  readonly onCheckpoints: () => void
  readonly onTimeline: (() => void) | null
}) {
  const { choice } = props
  const { filter, span, form } = choice
  const onChange = (changed: LogChoice['filter']): void => props.onChange({ ...choice, filter: changed })
  return (
    <search className="log-filters">
      <input
        type="search"
        className="field"
        placeholder={t('log.wordsHint')}
        aria-label={t('log.words')}
        value={filter.words}
        onChange={(event) => onChange({ ...filter, words: event.target.value })}
      />
      <select
        className="field"
        aria-label={t('history.filter')}
        value={filter.cell === null ? 'all' : 'cell'}
        onChange={(event) =>
          onChange({ ...filter, cell: event.target.value === 'cell' ? props.selectedCell : null })
        }
      >
        <option value="all">{t('history.all')}</option>
        <option value="cell">{t('history.cell')}</option>
      </select>
      <select
        className="field"
        aria-label={t('log.outcome')}
        value={filter.outcome ?? ''}
        onChange={(event) =>
          onChange({ ...filter, outcome: outcomes.find((one) => one === event.target.value) ?? null })
        }
      >
        <option value="">{t('log.anyOutcome')}</option>
        {outcomes.map((outcome) => (
          <option key={outcome} value={outcome}>
            {t(`outcome.${outcome}`)}
          </option>
        ))}
      </select>
      <select
        className="field"
        aria-label={t('log.since')}
        value={span ?? ''}
        onChange={(event) => props.onChange({ ...choice, span: spanOf(event.target.value) })}
      >
        <option value="">{t('log.anyTime')}</option>
        <option value="hour">{t('log.hour')}</option>
        <option value="day">{t('log.day')}</option>
        <option value="week">{t('log.week')}</option>
      </select>
      <div className="log-forms">
        {(['table', 'plot'] as const).map((one) => (
          <button
            key={one}
            type="button"
            className="button button-small"
            aria-pressed={form === one}
            onClick={() => props.onChange({ ...choice, form: form === one ? 'list' : one })}
          >
            {t(`log.${one}`)}
          </button>
        ))}
        <button type="button" className="button button-small" onClick={props.onActivity}>
          {t('activity.title')}
        </button>
        <button type="button" className="button button-small" onClick={props.onCheckpoints}>
          {t('checkpoint.title')}
        </button>
        {props.onTimeline !== null && (
          <button type="button" className="button button-small" onClick={props.onTimeline}>
            {t('timeline.title')}
          </button>
        )}
      </div>
    </search>
  )
}

const spanOf = (word: string): LogSpan | null =>
  word === 'hour' || word === 'day' || word === 'week' ? word : null

/** The moment from which runs are shown, ISO 8601. */
export const sinceOf = (span: LogSpan | null): string | null =>
  span === null ? null : new Date(Date.now() - spans[span]).toISOString()
