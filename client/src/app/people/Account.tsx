/** The account of the person at this page: where they are signed in, their password, and the way out. */
import type { Me } from '@yesterday/server/contract/http.ts'
import type { SignedInDevice } from '@yesterday/server/contract/people.ts'
import { PASSWORD_LENGTH } from '@yesterday/server/contract/people.ts'
import { useState } from 'react'
import type { Answer, Problem } from '../../api/api.ts'
import { loadMe } from '../../api/me-store.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { Time } from '../../ui/Time.tsx'
import './people.css'
import { useLoaded } from '../../api/use-loaded.ts'
import { BASE } from '../../state/base.ts'
import { CurrentPassword } from './CurrentPassword.tsx'
import { InnerForm } from './InnerForm.tsx'
import { Passkeys } from './Passkeys.tsx'
import { peopleApi } from './people-api.ts'
import { Tokens } from './Tokens.tsx'

export function Account({ me }: { readonly me: Me }) {
  const leave = async (how: () => Promise<Answer<null>>): Promise<void> => {
    const answer = await how()
    if (answer.ok) location.assign(me.signOutUrl ?? `${BASE}/`)
    else notify('error', answer.problem.message, answer.problem.hint)
  }
  return (
    <div className="account">
      <p className="share-note">
        {t('account.role', { role: t(`role.${me.role}`) })} {t(`role.${me.role}Means`)}
      </p>
      <WaysIn me={me} />
      <details>
        <summary>{t('account.devices')}</summary>
        <Devices />
      </details>
      <details>
        <summary>{t('tokens.title')}</summary>
        <Tokens me={me} />
      </details>
      <div className="account-leave">
        <button type="button" className="button" onClick={() => void leave(peopleApi.signOut)}>
          {t('account.signOut')}
        </button>
        <button type="button" className="button" onClick={() => void leave(peopleApi.signOutEverywhere)}>
          {t('account.signOutEverywhere')}
        </button>
        <LeaveProject onLeave={() => void leave(peopleApi.leave)} />
      </div>
      {!me.hasPassword && !me.hasPasskey && me.provider === null && (
        <p className="share-note">{t('account.guest')}</p>
      )}
    </div>
  )
}

/** The second press leaves. */
function LeaveProject({ onLeave }: { readonly onLeave: () => void }) {
  const [isAsked, setAsked] = useState(false)
  return (
    <>
      <button
        type="button"
        className={`button ${isAsked ? 'button-danger' : ''}`}
        onBlur={() => setAsked(false)}
        onClick={() => (isAsked ? onLeave() : setAsked(true))}
      >
        {t(isAsked ? 'account.leaveSure' : 'account.leave')}
      </button>
      {isAsked && (
        <p className="share-note" role="status">
          {t('account.leaveHint')}
        </p>
      )}
    </>
  )
}

/** How the person signs in: here, or through a provider. */
function WaysIn({ me }: { readonly me: Me }) {
  if (me.provider !== null)
    return <p>{t(me.decidesRole ? 'account.provider' : 'account.providerOnly', { provider: me.provider })}</p>
  return (
    <>
      <details>
        <summary>{t(me.hasPassword ? 'account.changePassword' : 'account.setPassword')}</summary>
        <Password me={me} />
      </details>
      <details>
        <summary>{t('account.passkeys')}</summary>
        <Passkeys me={me} />
      </details>
    </>
  )
}

function Password({ me }: { readonly me: Me }) {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const save = async (): Promise<void> => {
    if (password.length < PASSWORD_LENGTH.min) return
    const answer = await peopleApi.changePassword({ password, ...(me.hasPassword && { current }) })
    setProblem(answer.ok ? null : answer.problem)
    if (!answer.ok) return
    setCurrent('')
    setPassword('')
    notify('info', t('account.passwordSaved'))
    await loadMe()
  }
  return (
    <InnerForm onSubmit={() => void save()}>
      {me.hasPassword && <CurrentPassword value={current} onChange={setCurrent} />}
      <label>
        {t('account.newPassword', { n: PASSWORD_LENGTH.min })}
        <input
          className="field"
          type="password"
          autoComplete="new-password"
          maxLength={PASSWORD_LENGTH.max}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {problem !== null && <ProblemBox problem={problem} />}
      <button
        type="button"
        className="button button-small"
        disabled={password.length < PASSWORD_LENGTH.min}
        onClick={() => void save()}
      >
        {t('account.savePassword')}
      </button>
    </InnerForm>
  )
}

function Devices() {
  const devices = useLoaded(peopleApi.devices)
  if (devices.problem !== null) return <ProblemBox problem={devices.problem} onRetry={devices.again} />
  if (devices.value === null) return <p role="status">{t('app.loading')}</p>
  return (
    <ul className="line-list">
      {devices.value.map((device) => (
        <DeviceLine key={device.id} device={device} onChanged={devices.take} />
      ))}
    </ul>
  )
}

function DeviceLine(props: {
  readonly device: SignedInDevice
  readonly onChanged: (answer: Answer<readonly SignedInDevice[] & SignedInDevice[]>) => void
}) {
  const { id, device, lastUsed, isThis } = props.device
  const name = device === '' ? t('account.unknownDevice') : device
  return (
    <li>
      <span className="line-what">
        <strong>{name}</strong>
        <small>{isThis ? t('account.thisDevice') : <Time iso={lastUsed} />}</small>
      </span>
      {!isThis && (
        <button
          type="button"
          className="button button-small"
          aria-label={t('account.signOutDevice', { name })}
          onClick={() => void peopleApi.signOutDevice(id).then(props.onChanged)}
        >
          {t('account.signOut')}
        </button>
      )}
    </li>
  )
}
