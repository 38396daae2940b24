/** Chooses variables of a run, and their names in the present kernel; all others of the kernel stay as they are. */
import type { WantedVariable } from '@yesterday/server/contract/replay.ts'
import type { Receipt } from '@yesterday/server/contract/run.ts'
import { type FormEvent, useId, useState } from 'react'
import { t } from '../../text/text.ts'
import { useReceipt } from './receipt/receipts.ts'

interface Props {
  readonly run: string
  readonly onLoad: (only: readonly WantedVariable[]) => void
}

export function LoadVariables({ run, onLoad }: Props) {
  const receipt = useReceipt(run)
  const names = receipt === null ? [] : variablesOf(receipt)
  return names.length === 0 ? null : <Choices names={names} onLoad={onLoad} />
}

/** The variables that the run generated or used, in this order. */
function variablesOf({ generated, used }: Receipt): readonly string[] {
  const variables = [...generated, ...used].filter(({ kind, deleted }) => kind === 'variable' && !deleted)
  return [...new Set(variables.map(({ name }) => name))].filter(isIdentifier)
}

const isIdentifier = (name: string): boolean => /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name)

interface ChoicesProps extends Pick<Props, 'onLoad'> {
  readonly names: readonly string[]
}

function Choices({ names, onLoad }: ChoicesProps) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map())
  const only = [...chosen].map(([name, as]) => ({ name, as: as.trim() }))
  const canLoad = only.length > 0 && only.every(({ as }) => isIdentifier(as))
  const choose = (name: string, as: string | null): void => {
    const next = new Map(chosen)
    if (as === null) next.delete(name)
    else next.set(name, as)
    setChosen(next)
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (canLoad) onLoad(only)
  }
  return (
    <form className="load-variables" onSubmit={submit}>
      <h3>{t('load.title')}</h3>
      <p className="past-none">{t('load.hint')}</p>
      <ul>
        {names.map((name) => (
          <Choice key={name} name={name} as={chosen.get(name) ?? null} onChoose={choose} />
        ))}
      </ul>
      <button type="submit" className="button" disabled={!canLoad}>
        {t('load.do', { count: only.length })}
      </button>
    </form>
  )
}

interface ChoiceProps {
  readonly name: string
  /** Its name in the kernel; null where it is not chosen. */
  readonly as: string | null
  readonly onChoose: (name: string, as: string | null) => void
}

function Choice({ name, as, onChoose }: ChoiceProps) {
  const id = useId()
  const isBad = as !== null && !isIdentifier(as.trim())
  return (
    <li>
      <label>
        <input
          type="checkbox"
          checked={as !== null}
          onChange={({ target }) => onChoose(name, target.checked ? name : null)}
        />{' '}
        <code>{name}</code>
      </label>
      {as !== null && (
        <label>
          {t('load.as')}{' '}
          <input
            className="input"
            value={as}
            spellCheck={false}
            autoCapitalize="off"
            aria-label={t('load.asOf', { name })}
            aria-invalid={isBad}
            aria-describedby={isBad ? id : undefined}
            onChange={({ target }) => onChoose(name, target.value)}
          />
        </label>
      )}
      {isBad && (
        <small id={id} role="status">
          {t('load.badName')}
        </small>
      )}
    </li>
  )
}
