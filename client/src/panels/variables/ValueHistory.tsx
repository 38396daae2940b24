/** The versions of a variable over runs, and what differs between two of them. Read when it is opened. */
import { type HistoryEntry, History as Versions } from '@yesterday/server/contract/past.ts'
import { useCallback, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import { api } from '../../api/api.ts'
import { locale } from '../../text/locale.ts'
import { shapeText } from '../../text/sizes.ts'
import { t } from '../../text/text.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { Time } from '../../ui/Time.tsx'
import { useAsked } from '../past/useAsked.ts'

const SHOWN = 50

export function ValueHistory({ name }: { readonly name: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="value-history" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('value.history')}</summary>
      {isOpen && <Listed name={name} />}
    </details>
  )
}

function Listed({ name }: { readonly name: string }) {
  const { opened } = useNotebook()
  const ask = useCallback(
    (signal: AbortSignal) => {
      const query = new URLSearchParams({
        name,
        kind: 'variable',
        notebook: opened.documentId,
        limit: String(SHOWN),
      })
      return api.get(Versions, `/api/past/history?${query}`, signal)
    },
    [name, opened.documentId],
  )
  const { answer, again } = useAsked(ask)
  const [picked, setPicked] = useState<readonly string[]>([])
  if (answer === null) return <p>{t('app.loading')}</p>
  if (!answer.ok)
    return <ProblemBox title={t('value.historyFailed')} problem={answer.problem} onRetry={again} />
  const { versions } = answer.value
  if (versions.length === 0) return <p>{t('value.historyEmpty')}</p>
  const pick = (run: string): void =>
    setPicked(picked.includes(run) ? picked.filter((one) => one !== run) : [...picked, run].slice(-2))
  const pair = versions.filter(({ by }) => picked.includes(by.run))
  return (
    <>
      <ol>
        {versions.map((version, place) => (
          <Version
            key={version.by.run}
            version={version}
            isSame={sameContent(version, versions[place + 1])}
            isPicked={picked.includes(version.by.run)}
            onPick={() => pick(version.by.run)}
          />
        ))}
      </ol>
      <p role="status">{pair.length < 2 && versions.length > 1 ? t('value.pickTwo') : ''}</p>
      {pair[0] !== undefined && pair[1] !== undefined && <Compared newer={pair[0]} older={pair[1]} />}
    </>
  )
}

const sameContent = (one: HistoryEntry, other: HistoryEntry | undefined): boolean =>
  one.edge.digest != null && one.edge.digest === other?.edge.digest

function Version(props: {
  readonly version: HistoryEntry
  readonly isSame: boolean
  readonly isPicked: boolean
  readonly onPick: () => void
}) {
  const { version, isSame, isPicked, onPick } = props
  const { past } = useNotebook()
  const { by, edge } = version
  return (
    <li>
      <label>
        <input type="checkbox" checked={isPicked} onChange={onPick} />
        <Time iso={by.ended} />
      </label>
      <button type="button" className="past-link" onClick={() => past.go({ at: 'receipt', run: by.run })}>
        {t('variables.run', { run: by.run.slice(0, 6) })}
      </button>
      <span className="value-version">{facts(version)}</span>
      <code className="value-digest" title={edge.digest ?? ''}>
        {edge.digest == null ? t('receipt.noDigest') : edge.digest.slice(0, 19)}
      </code>
      {isSame && <span className="value-same">{t('value.sameContent')}</span>}
    </li>
  )
}

const facts = ({ edge: { type, shape, preview, deleted } }: HistoryEntry): string =>
  deleted === true
    ? t('receipt.deleted')
    : [type ?? '', shape == null ? '' : shapeText(shape, locale), preview ?? '']
        .filter((part) => part !== '')
        .join(' · ')

function Compared({ newer, older }: { readonly newer: HistoryEntry; readonly older: HistoryEntry }) {
  const { past } = useNotebook()
  const rows = differences(older, newer)
  return (
    <section className="value-compared" aria-label={t('value.compared')}>
      {rows.length === 0 && <p>{t(sameContent(newer, older) ? 'value.sameContent' : 'value.sameFacts')}</p>}
      {rows.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('value.fact')}</th>
              <th scope="col">{older.by.run.slice(0, 6)}</th>
              <th scope="col">{newer.by.run.slice(0, 6)}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, before, after]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{before}</td>
                <td>{after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <button
        type="button"
        className="button button-small"
        onClick={() => past.go({ at: 'compare', left: older.by.run, right: newer.by.run })}
      >
        {t('value.compareRuns')}
      </button>
    </section>
  )
}

/** pure. Recorded facts that differ: name, older, newer. A column is a fact of its own. */
export function differences(
  older: Pick<HistoryEntry, 'edge'>,
  newer: Pick<HistoryEntry, 'edge'>,
): readonly (readonly [string, string, string])[] {
  const [before, after] = [factsOf(older.edge), factsOf(newer.edge)]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names
    .map((name) => [name, before.get(name) ?? '–', after.get(name) ?? '–'] as const)
    .filter(([, one, two]) => one !== two)
}

function factsOf({
  type,
  shape,
  size,
  preview,
  schema,
  digest,
}: HistoryEntry['edge']): ReadonlyMap<string, string> {
  const facts: (readonly [string, string | null])[] = [
    [t('value.type'), type ?? null],
    [t('value.shape'), shape == null ? null : shapeText(shape, locale)],
    [t('value.size'), size == null ? null : size.toLocaleString(locale)],
    [t('value.preview'), preview ?? null],
    ...(schema ?? []).map(([name, kind]) => [t('value.columnOf', { name: name ?? '' }), kind ?? ''] as const),
    [t('value.digest'), digest?.slice(0, 19) ?? null],
  ]
  return new Map(facts.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])))
}
