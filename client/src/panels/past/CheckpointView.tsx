/** A checkpoint as it is: its cells, read-only, with the ways to compare it and to restore it. */
import { CheckpointState } from '@yesterday/server/contract/past.ts'
import { useCallback, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import { api, type Problem } from '../../api/api.ts'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { Time } from '../../ui/Time.tsx'
import { checkpointTitle } from './checkpoint-words.ts'
import { CHECKPOINTS, restoreCheckpoint } from './make-checkpoint.ts'
import { useAsked } from './useAsked.ts'

export function CheckpointView({ checkpoint }: { readonly checkpoint: string }) {
  const ask = useCallback(
    (signal: AbortSignal) =>
      api.get(CheckpointState, `${CHECKPOINTS}/${encodeURIComponent(checkpoint)}`, signal),
    [checkpoint],
  )
  const { answer, again } = useAsked(ask)
  if (answer === null) return <p className="history-note">{t('app.loading')}</p>
  if (answer.ok) return <State state={answer.value} />
  return (
    <div className="history-note">
      {answer.problem.status === 404 ? (
        <>
          <strong>{t('checkpoint.missing')}</strong>
          <p>{t('checkpoint.missingHint')}</p>
        </>
      ) : (
        <ProblemBox title={t('checkpoint.failed')} problem={answer.problem} onRetry={again} />
      )}
    </div>
  )
}

function State({ state: { checkpoint, cells } }: { readonly state: CheckpointState }) {
  const { past, opened } = useNotebook()
  const title = checkpointTitle(checkpoint)
  return (
    <article className="then checkpoint" aria-label={title}>
      <p className="receipt-lead">{title}</p>
      <p className="receipt-who">
        <Time iso={checkpoint.at} /> · {checkpoint.actor.name}
      </p>
      <div className="receipt-verbs">
        <button
          type="button"
          className="button button-small"
          onClick={() => past.go({ at: 'changes', checkpoint: checkpoint.checkpoint, other: null })}
        >
          {t('checkpoint.compare')}
        </button>
        {opened.writable && <Restore checkpoint={checkpoint.checkpoint} title={title} />}
      </div>
      <p className="past-none">{t('then.readOnly')}</p>
      <ol className="then-cells">
        {cells.map(({ cellId, source }, place) => (
          <li key={cellId}>
            <article aria-label={t('history.cellNumber', { number: place + 1 })}>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
              <pre tabIndex={0}>{source}</pre>
            </article>
          </li>
        ))}
      </ol>
    </article>
  )
}

function Restore({ checkpoint, title }: { readonly checkpoint: string; readonly title: string }) {
  const { opened, past } = useNotebook()
  const [isAsked, setAsked] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const restore = async (): Promise<void> => {
    setAsked(false)
    const answer = await restoreCheckpoint(opened.path, checkpoint)
    setProblem(answer.ok ? null : answer.problem)
    if (!answer.ok) return
    notify('info', t('checkpoint.done', { name: title }))
    past.go({ at: 'checkpoints' })
  }
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setAsked(true)}>
        {t('checkpoint.restore')}
      </button>
      {problem !== null && <ProblemBox title={t('checkpoint.notRestored')} problem={problem} />}
      {isAsked && (
        <Dialog
          title={t('checkpoint.restore')}
          action={t('checkpoint.restore')}
          onClose={() => setAsked(false)}
          onAction={() => void restore()}
        >
          <p>{t('checkpoint.restoreAsk', { name: title })}</p>
        </Dialog>
      )}
    </>
  )
}
