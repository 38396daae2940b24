/** Moments of the notebook that a person gave a name: made here, and found again, the newest first. */
import { Checkpoint } from '@yesterday/server/contract/past.ts'
import { useCallback, useState } from 'react'
import { z } from 'zod'
import { api, type Problem } from '../app/api.ts'
import { ProblemBox } from '../app/Problem.tsx'
import { Time } from '../history/Time.tsx'
import { useNotebook } from '../notebook/context.ts'
import { t } from '../text/text.ts'
import { CHECKPOINTS, makeCheckpoint } from './make-checkpoint.ts'
import { useAsked } from './useAsked.ts'

const All = z.array(Checkpoint)

export function Checkpoints() {
  const { opened, past } = useNotebook()
  const ask = useCallback(
    (signal: AbortSignal) =>
      api.get(All, `${CHECKPOINTS}?${new URLSearchParams({ notebook: opened.documentId })}`, signal),
    [opened],
  )
  const { answer, again } = useAsked(ask)
  return (
    <div className="history-note">
      <NewCheckpoint notebook={opened.path} onMade={again} />
      {answer === null && <p>{t('app.loading')}</p>}
      {answer?.ok === false && (
        <ProblemBox title={t('checkpoint.failed')} problem={answer.problem} onRetry={again} />
      )}
      {answer?.ok === true && answer.value.length === 0 && <p>{t('checkpoint.none')}</p>}
      {answer?.ok === true && (
        <ul className="runs">
          {answer.value.map(({ checkpoint, name, at, actor, run }) => (
            <li key={checkpoint}>
              <strong>{name}</strong>
              <span className="run-line">
                <span>
                  <Time iso={at} /> · {actor.name}
                </span>
                <button
                  type="button"
                  className="receipt-link"
                  onClick={() => past.go({ at: 'changes', checkpoint, name })}
                >
                  {t('checkpoint.compare')}
                </button>
                {run !== null && (
                  <button
                    type="button"
                    className="receipt-link"
                    onClick={() => past.go({ at: 'receipt', run })}
                  >
                    {t('checkpoint.lastRun')}
                  </button>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function NewCheckpoint({ notebook, onMade }: { readonly notebook: string; readonly onMade: () => void }) {
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const make = async (): Promise<void> => {
    const made = await makeCheckpoint(notebook, name.trim())
    setProblem(made.ok ? null : made.problem)
    if (!made.ok) return
    setName('')
    onMade()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') void make()
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
