/**
 * What may happen outside when the past runs again, allowed one by one: a checkbox for each program and host of the plan.
 * Replays, proofs and restored variables have this one control.
 */
import type { ReplayPlan, ReplayTarget } from '@yesterday/server/contract/replay.ts'
import { useCallback, useEffect, useState } from 'react'
import { t } from '../../../text/text.ts'
import { planReplay } from './jobs.ts'

/** Hosts to send to and commands to start, as a job has them. */
export interface Effects {
  readonly send: readonly string[]
  readonly start: readonly string[]
}
export const noEffects: Effects = { send: [], start: [] }

/** As members of a request. */
export const allowedBy = ({ send, start }: Effects) => ({ send: [...send], start: [...start] })

interface Props {
  readonly allowable: ReplayPlan['allowable']
  readonly effects: Effects
  readonly onChoose: (effects: Effects) => void
}

export function AllowedEffects({ allowable, effects, onChoose }: Props) {
  return (
    <>
      <Allowed
        title={t('replay.mayStart')}
        names={allowable.programs}
        chosen={effects.start}
        onChoose={(start) => onChoose({ ...effects, start })}
      />
      <Allowed
        title={t('replay.maySend')}
        names={allowable.hosts}
        chosen={effects.send}
        onChoose={(send) => onChoose({ ...effects, send })}
      />
    </>
  )
}

/** The same for the plans of these targets together. Nothing is shown before they are there, and where there are none. */
export function PlannedEffects({
  targets,
  ...rest
}: Omit<Props, 'allowable'> & {
  /** The same array for the same question. */
  readonly targets: readonly ReplayTarget[]
}) {
  const allowable = useAllowable(targets)
  return allowable === null ? null : <AllowedEffects allowable={allowable} {...rest} />
}

function useAllowable(targets: readonly ReplayTarget[]): ReplayPlan['allowable'] | null {
  const [found, setFound] = useState<ReplayPlan['allowable'] | null>(null)
  const ask = useCallback(async () => {
    const answers = await Promise.all(targets.map(planReplay))
    const plans = answers.flatMap((answer) => (answer.ok ? [answer.value.allowable] : []))
    const all = (kind: 'programs' | 'hosts') => [...new Set(plans.flatMap((plan) => plan[kind]))]
    return { programs: all('programs'), hosts: all('hosts') }
  }, [targets])
  useEffect(() => {
    let isGone = false
    setFound(null)
    void ask().then((answer) => isGone || setFound(answer))
    return () => {
      isGone = true
    }
  }, [ask])
  return found
}

interface AllowedProps {
  readonly title: string
  readonly names: readonly string[]
  readonly chosen: readonly string[]
  readonly onChoose: (names: readonly string[]) => void
}

function Allowed({ title, names, chosen, onChoose }: AllowedProps) {
  if (names.length === 0) return null
  return (
    <fieldset className="again-allowed">
      <legend>{title}</legend>
      {names.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={({ target }) =>
              onChoose(target.checked ? [...chosen, name] : chosen.filter((one) => one !== name))
            }
          />
          <code>{name}</code>
        </label>
      ))}
    </fieldset>
  )
}
