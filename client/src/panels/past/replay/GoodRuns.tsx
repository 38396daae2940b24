/** Earlier runs of the cell, of which a person says which one was right. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import { useCallback, useId } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { api } from '../../../api/api.ts'
import { t } from '../../../text/text.ts'
import { OutcomeMark } from '../../../ui/OutcomeMark.tsx'
import { Ran } from '../../../ui/Time.tsx'
import { useAsked } from '../useAsked.ts'

/** So many runs are offered. */
const OFFERED = 50

interface Props {
  /** The run that is wrong: what came before it is offered. */
  readonly run: string
  /** The chosen run; null to have it found. */
  readonly good: string | null
  readonly onChoose: (good: string | null) => void
}

export function GoodRuns({ run, good, onChoose }: Props) {
  const runs = useEarlier(run)
  const name = useId()
  const choice = (value: string | null, words: React.ReactNode) => (
    <label className="good-run" key={value}>
      <input type="radio" name={name} checked={good === value} onChange={() => onChoose(value)} />
      <span>{words}</span>
    </label>
  )
  return (
    <fieldset className="good-runs">
      <legend>{t('since.goodRun')}</legend>
      {choice(null, t('since.findGood'))}
      {runs.map((one) =>
        choice(
          one.run,
          <>
            <OutcomeMark outcome={one.outcome} /> <Ran run={one} /> <code>{one.title}</code>
          </>,
        ),
      )}
    </fieldset>
  )
}

/** Earlier runs of the same cell, newest first. */
function useEarlier(run: string): readonly RunSummary[] {
  const { opened } = useNotebook()
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const receipt = await api.receipt(run, signal)
      if (!receipt.ok) return receipt
      const { cellId: cell } = receipt.value
      return api.log({ notebook: opened.documentId, cell, before: null, limit: 500 }, signal)
    },
    [run, opened],
  )
  const { answer } = useAsked(ask)
  if (answer?.ok !== true) return []
  const { runs } = answer.value
  const place = runs.findIndex((one) => one.run === run)
  return runs.slice(place + 1, place + 1 + OFFERED).filter(({ started }) => started !== null)
}
