/** What has changed since a checkpoint, cell by cell: the code, and whether the last runs came out the same. */
import './changes.css'
import { CheckpointState, Diff, type DiffLine } from '@yesterday/server/contract/past.ts'
import { useCallback } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { api } from '../../../api/api.ts'
import { t } from '../../../text/text.ts'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { checkpointTitle } from '../checkpoint-words.ts'
import { CHECKPOINTS } from '../make-checkpoint.ts'
import { useAsked } from '../useAsked.ts'

type CellsDiff = Extract<Diff, { kind: 'cells' }>
type CellChange = CellsDiff['cells'][number]

/** Ids of checkpoints; `other` null is the notebook as it is now. */
export function Changes({
  checkpoint,
  other,
}: {
  readonly checkpoint: string
  readonly other: string | null
}) {
  const { opened } = useNotebook()
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const query = new URLSearchParams({ a: checkpoint, b: other ?? opened.path })
      const diff = await api.get(Diff, `/api/past/diff?${query}`, signal)
      const names = await Promise.all([nameOf(checkpoint, signal), other && nameOf(other, signal)])
      return diff.ok ? { ok: true as const, value: { diff: diff.value, names } } : diff
    },
    [checkpoint, other, opened],
  )
  const { answer, again } = useAsked(ask)
  if (answer === null) return <p className="history-note">{t('app.loading')}</p>
  if (!answer.ok)
    return (
      <div className="history-note">
        <ProblemBox title={t('compare.failed')} problem={answer.problem} onRetry={again} />
      </div>
    )
  const { diff, names } = answer.value
  return diff.kind === 'cells' ? <Cells diff={diff} name={names[0]} other={names[1]} /> : null
}

/** What a checkpoint is called; its id if it cannot be read. */
async function nameOf(checkpoint: string, signal: AbortSignal): Promise<string> {
  const answer = await api.get(CheckpointState, `${CHECKPOINTS}/${encodeURIComponent(checkpoint)}`, signal)
  return answer.ok ? checkpointTitle(answer.value.checkpoint) : checkpoint
}

function Cells({
  diff,
  name,
  other,
}: {
  readonly diff: CellsDiff
  readonly name: string
  readonly other: string | null
}) {
  return (
    <article className="changes" aria-label={t('changes.title')}>
      <p className="receipt-lead">
        {other !== null
          ? t(diff.same ? 'changes.sameAs' : 'changes.from', { name, other, count: diff.cells.length })
          : diff.same
            ? t('changes.none', { name })
            : t('changes.some', { name, count: diff.cells.length })}
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
