/** Tokens of programs, each with its scope, expiry and last use, and the way to revoke it. */
import type { ListedToken } from '@yesterday/server/contract/tokens.ts'
import { useState } from 'react'
import type { Answer } from '../../api/api.ts'
import { useLoaded } from '../../api/use-loaded.ts'
import { locale } from '../../text/locale.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { exactTime } from '../../ui/time.ts'
import { peopleApi } from './people-api.ts'

type TokensAnswer = Answer<ListedToken[]>

export function TokenList(props: {
  readonly tokens: readonly ListedToken[]
  readonly revoke: (id: string) => Promise<TokensAnswer>
  readonly onChanged: (answer: TokensAnswer) => void
  /** Names whose they are. */
  readonly hasOwners?: boolean
}) {
  const revoke = async (id: string): Promise<void> => {
    const answer = await props.revoke(id)
    if (!answer.ok) return notify('warning', answer.problem.message, answer.problem.hint)
    notify('info', t('tokens.revoked'))
    props.onChanged(answer)
  }
  return (
    <ul className="line-list" aria-label={t('tokens.title')}>
      {props.tokens.map((token) => (
        <Line key={token.id} token={token} hasOwner={props.hasOwners === true} onRevoke={revoke} />
      ))}
    </ul>
  )
}

/** The second press revokes. */
function Line(props: {
  readonly token: ListedToken
  readonly hasOwner: boolean
  readonly onRevoke: (id: string) => Promise<void>
}) {
  const { id, name, scope, expires, lastUsed, by } = props.token
  const [isAsked, setAsked] = useState(false)
  const time = (iso: string) => ({ time: exactTime(iso, locale) })
  return (
    <li>
      <span className="line-what">
        <strong>{name}</strong>
        <small>
          {props.hasOwner && `${by === null ? t('tokens.ofTerminal') : t('tokens.of', { name: by.name })} · `}
          {t(`tokens.${scope}`)} · {expires === null ? t('tokens.forever') : t('public.until', time(expires))}{' '}
          · {lastUsed === null ? t('tokens.unused') : t('tokens.used', time(lastUsed))}
        </small>
      </span>
      <span className="line-acts">
        <button
          type="button"
          className={`button button-small ${isAsked ? 'button-danger' : ''}`}
          onBlur={() => setAsked(false)}
          aria-label={t(isAsked ? 'tokens.revokeSure' : 'tokens.revokeName', { name })}
          onClick={() => (isAsked ? void props.onRevoke(id) : setAsked(true))}
        >
          {isAsked ? t('tokens.revokeSure', { name }) : t('share.revoke')}
        </button>
      </span>
    </li>
  )
}

/** The tokens of everyone, for owners. */
export function AllTokens() {
  const { value, problem, again, take } = useLoaded(peopleApi.allTokens)
  if (problem === null && (value === null || value.length === 0)) return null
  return (
    <section>
      <h3>{t('tokens.title')}</h3>
      {problem !== null && <ProblemBox problem={problem} onRetry={again} />}
      <TokenList hasOwners tokens={value ?? []} revoke={peopleApi.revokeAnyToken} onChanged={take} />
    </section>
  )
}
