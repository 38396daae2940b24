/** What has changed since a checkpoint, cell by cell: the code, and whether the last runs came out the same. */
import './changes.css'
import { Diff, type DiffLine } from '@yesterday/server/contract/past.ts'
import { useCallback } from 'react'
import { api } from '../app/api.ts'
import { ProblemBox } from '../app/Problem.tsx'
import { useNotebook } from '../notebook/context.ts'
import { t } from '../text/text.ts'
import { useAsked } from './useAsked.ts'

type CellsDiff = Extract<Diff, { kind: 'cells' }>
type CellChange = CellsDiff['cells'][number]

/** `checkpoint` is its id, `name` what a person called it. */
export function Changes({ checkpoint, name }: { readonly checkpoint: string; readonly name: string }) {
  const { opened } = useNotebook()
  const ask = useCallback(
    (signal: AbortSignal) => {
      const query = new URLSearchParams({ a: checkpoint, b: opened.path })
      return api.get(Diff, `/api/past/diff?${query}`, signal)
    },
    [checkpoint, opened],
  )
  const { answer, again } = useAsked(ask)
  if (answer === null) return <p className="history-note">{t('app.loading')}</p>
  if (!answer.ok)
    return (
      <div className="history-note">
        <ProblemBox title={t('compare.failed')} problem={answer.problem} onRetry={again} />
      </div>
    )
  if (answer.value.kind !== 'cells') return null
  return <Cells diff={answer.value} name={name} />
}

function Cells({ diff, name }: { readonly diff: CellsDiff; readonly name: string }) {
  return (
    <article className="changes" aria-label={t('changes.title')}>
      <p className="receipt-lead">
        {diff.same ? t('changes.none', { name }) : t('changes.some', { name, count: diff.cells.length })}
      </p>
      {diff.order !== null && <p className="past-none">{t('changes.order')}</p>}
      {diff.cells.map((cell) => (
        <CellChanges key={cell.cellId} cell={cell} />
      ))}
    </article>
  )
}

function CellChanges({ cell: { cellId, change, code, run } }: { readonly cell: CellChange }) {
  const { past, placeOf, commands } = useNotebook()
  const place = placeOf(cellId)
  return (
    <section>
      <h3>
        {place === null ? (
          t('history.elsewhere')
        ) : (
          <button type="button" className="receipt-link" onClick={() => commands.reveal(cellId)}>
            {t('history.cellNumber', { number: place })}
          </button>
        )}
        {' · '}
        {t(`changes.${change}`)}
      </h3>
      {code === null ? <p className="past-none">{t('compare.sameCode')}</p> : <Lines lines={code} />}
      {run !== null && !run.same && (
        <button
          type="button"
          className="button button-small"
          onClick={() => past.go({ at: 'compare', left: run.a.run, right: run.b.run })}
        >
          {t('log.compare')}
        </button>
      )}
    </section>
  )
}

const signs: Readonly<Record<DiffLine['type'], string>> = { same: ' ', removed: '−', added: '+' }

function Lines({ lines }: { readonly lines: readonly DiffLine[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keys
    <pre className="changed-lines" tabIndex={0}>
      {lines.map(({ type, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are known by their place
        <span key={index} data-type={type}>
          <span aria-hidden="true">{signs[type]} </span>
          {type !== 'same' && <span className="visually-hidden">{t(`changes.line.${type}`)} </span>}
          {text}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}
