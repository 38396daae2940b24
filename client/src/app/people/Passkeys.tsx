/** The passkeys of the person at this page: which there are, adding one, removing one. */
import type { Me } from '@yesterday/server/contract/http.ts'
import type { Passkey } from '@yesterday/server/contract/passkeys.ts'
import { useState } from 'react'
import type { Answer, Problem } from '../../api/api.ts'
import { loadMe } from '../../api/me-store.ts'
import { useLoaded } from '../../api/use-loaded.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { Time } from '../../ui/Time.tsx'
import { CurrentPassword } from './CurrentPassword.tsx'
import { InnerForm } from './InnerForm.tsx'
import { peopleApi } from './people-api.ts'

type PasskeysAnswer = Answer<Passkey[]>

export function Passkeys({ me }: { readonly me: Me }) {
  const passkeys = useLoaded(peopleApi.passkeys)
  if (passkeys.problem !== null) return <ProblemBox problem={passkeys.problem} onRetry={passkeys.again} />
  if (passkeys.value === null) return <p role="status">{t('app.loading')}</p>
  const take = (answer: PasskeysAnswer): void => {
    passkeys.take(answer)
    if (answer.ok) void loadMe()
  }
  return (
    <>
      <p className="share-note">{t('account.passkeysHint')}</p>
      {passkeys.value.length === 0 && <p>{t('account.noPasskeys')}</p>}
      <ul className="line-list" aria-label={t('account.passkeys')}>
        {passkeys.value.map((passkey) => (
          <PasskeyLine key={passkey.id} passkey={passkey} onChanged={take} />
        ))}
      </ul>
      {isPossible() ? <NewPasskey me={me} onAdded={take} /> : <p>{t('account.passkeysNone')}</p>}
    </>
  )
}

/** Browsers make no passkeys for an address in place of a name. */
const isPossible = (): boolean =>
  'PublicKeyCredential' in window && !/^(?:[\d.]+|\[.*\])$/.test(location.hostname)

function PasskeyLine(props: {
  readonly passkey: Passkey
  readonly onChanged: (answer: PasskeysAnswer) => void
}) {
  const { id, name, host, lastUsed } = props.passkey
  const [isAsked, setAsked] = useState(false)
  const remove = async (): Promise<void> => {
    const answer = await peopleApi.removePasskey(id)
    setAsked(false)
    if (answer.ok) notify('info', t('account.passkeyRemoved'))
    else notify('warning', answer.problem.message, answer.problem.hint)
    if (answer.ok) props.onChanged(answer)
  }
  return (
    <li>
      <span className="line-what">
        <strong>{name}</strong>
        <small>
          {host !== location.hostname && `${t('account.passkeyHost', { host })} · `}
          {lastUsed === null ? t('account.passkeyUnused') : <Time iso={lastUsed} />}
        </small>
      </span>
      <button
        type="button"
        className={`button button-small ${isAsked ? 'button-danger' : ''}`}
        onBlur={() => setAsked(false)}
        onClick={() => (isAsked ? void remove() : setAsked(true))}
      >
        {t(isAsked ? 'account.removePasskeySure' : 'account.removePasskey', { name })}
      </button>
    </li>
  )
}

function NewPasskey({
  me,
  onAdded,
}: {
  readonly me: Me
  readonly onAdded: (answer: PasskeysAnswer) => void
}) {
  const [name, setName] = useState('')
  const [current, setCurrent] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const add = async (): Promise<void> => {
    if (name.trim() === '' || isBusy) return
    setBusy(true)
    const answer = await addPasskey(name.trim(), current)
    setBusy(false)
    setProblem(answer.ok ? null : answer.problem)
    if (!answer.ok) return
    setName('')
    setCurrent('')
    notify('info', t('account.passkeyAdded'))
    onAdded(answer)
  }
  return (
    <InnerForm onSubmit={() => void add()}>
      <label>
        {t('account.passkeyName')}
        <input
          className="field"
          maxLength={80}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      {me.hasPassword && <CurrentPassword value={current} onChange={setCurrent} />}
      {problem !== null && <ProblemBox problem={problem} />}
      <button
        type="button"
        className="button button-small"
        disabled={name.trim() === '' || isBusy}
        onClick={() => void add()}
      >
        {t('account.addPasskey')}
      </button>
    </InnerForm>
  )
}

async function addPasskey(name: string, current: string): Promise<PasskeysAnswer> {
  const options = await peopleApi.passkeyOptions(current)
  if (!options.ok) return options
  try {
    const { startRegistration } = await import('@simplewebauthn/browser')
    const credential = await startRegistration({ optionsJSON: options.value })
    return await peopleApi.addPasskey(name, credential)
  } catch (error) {
    return { ok: false, problem: { status: 0, code: 'passkey', message: reasonOf(error), hint: null } }
  }
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError') return t('account.passkeyCancelled')
  if (name === 'InvalidStateError') return t('account.passkeyKnown')
  return t('account.passkeyFailed', { reason: error instanceof Error ? error.message : String(error) })
}
