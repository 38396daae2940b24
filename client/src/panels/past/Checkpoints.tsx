/** Moments of the notebook that a person gave a name: made here, and found again, the newest first. */
import { Checkpoint } from '@yesterday/server/contract/past.ts'
import { useCallback, useState } from 'react'
import { z } from 'zod'
import { useNotebook } from '../../access/context.ts'
import { api, type Problem } from '../../api/api.ts'
import { t } from '../../text/text.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { Time } from '../../ui/Time.tsx'
import { useOneAtATime } from '../../ui/use-one-at-a-time.ts'
import { checkpointTitle } from './checkpoint-words.ts'
import { CHECKPOINTS, makeCheckpoint } from './make-checkpoint.ts'
import { viewHash } from './target.ts'
import { useAsked } from './useAsked.ts'

const All = z.array(Checkpoint)

export function Checkpoints() {
  const { opened } = useNotebook()
  const ask = useCallback(
    (signal: AbortSignal) =>
      api.get(All, `${CHECKPOINTS}?${new URLSearchParams({ notebook: opened.documentId })}`, signal),
    [opened],
  )
  const { answer, again } = useAsked(ask)
  return (
    <div className="history-note">
      {opened.writable && <NewCheckpoint notebook={opened.path} onMade={again} />}
      {answer === null && <p>{t('app.loading')}</p>}
      {answer?.ok === false && (
        <ProblemBox title={t('checkpoint.failed')} problem={answer.problem} onRetry={again} />
      )}
      {answer?.ok === true && answer.value.length === 0 && <p>{t('checkpoint.none')}</p>}
      {answer?.ok === true && answer.value.length > 0 && <List checkpoints={answer.value} />}
    </div>
  )
}

/** Two that are ticked are compared, the older first. */
function List({ checkpoints }: { readonly checkpoints: readonly Checkpoint[] }) {
  const { past } = useNotebook()
  const [picked, setPicked] = useState<readonly string[]>([])
  const pick = (id: string): void =>
    setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id].slice(-2))
  const [newer, older] = checkpoints.filter(({ checkpoint }) => picked.includes(checkpoint))
  return (
    <>
      <button
        type="button"
        className="button button-small checkpoint-compare"
        disabled={newer === undefined || older === undefined}
        title={t('checkpoint.compareHint')}
        onClick={() => {
          if (newer !== undefined && older !== undefined)
            past.go({ at: 'changes', checkpoint: older.checkpoint, other: newer.checkpoint })
        }}
      >
        {t('checkpoint.compareTwo')}
      </button>
      <ul className="runs">
        {checkpoints.map((one) => (
          <Line
            key={one.checkpoint}
            checkpoint={one}
            isPicked={picked.includes(one.checkpoint)}
            onPick={pick}
          />
        ))}
      </ul>
    </>
  )
}

function Line(props: {
  readonly checkpoint: Checkpoint
  readonly isPicked: boolean
  readonly onPick: (id: string) => void
}) {
  const { past, commands } = useNotebook()
  const { checkpoint, at, actor, run } = props.checkpoint
  const title = checkpointTitle(props.checkpoint)
  return (
    <li className="checkpoint-line">
      <input
        type="checkbox"
        aria-label={t('checkpoint.pick', { name: title })}
        checked={props.isPicked}
        onChange={() => props.onPick(checkpoint)}
      />
      <span>
        <button
          type="button"
          className="receipt-link checkpoint-name"
          onClick={() => past.go({ at: 'checkpoint', checkpoint })}
        >
          {title}
        </button>
        <span className="run-line">
          <span>
            <Time iso={at} /> · {actor.name}
          </span>
          <button
            type="button"
            className="receipt-link"
            onClick={() => past.go({ at: 'changes', checkpoint, other: null })}
          >
            {t('checkpoint.compare')}
          </button>
          <button
            type="button"
            className="receipt-link"
            aria-label={t('link.to', { name: title })}
            onClick={() => commands.copyLink(viewHash({ at: 'checkpoint', checkpoint }) ?? '')}
          >
            {t('link.copy')}
          </button>
          {run !== null && (
            <button type="button" className="receipt-link" onClick={() => past.go({ at: 'receipt', run })}>
              {t('checkpoint.lastRun')}
            </button>
          )}
        </span>
      </span>
    </li>
  )
}

function NewCheckpoint({ notebook, onMade }: { readonly notebook: string; readonly onMade: () => void }) {
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const make = useOneAtATime(async () => {
    const made = await makeCheckpoint(notebook, name.trim())
    setProblem(made.ok ? null : made.problem)
    if (!made.ok) return
    setName('')
    onMade()
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') make()
      }}
    >
      <label>
        {t('checkpoint.name')}
        <input
          className="field"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <button type="submit" className="button button-small" disabled={name.trim() === ''}>
        {t('checkpoint.make')}
      </button>
      {problem !== null && <ProblemBox title={t('checkpoint.notMade')} problem={problem} />}
    </form>
  )
}
