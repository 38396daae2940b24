/** Tokens for programs of the person at this page: which there are, making one, which is shown once, and revoking one. */
import type { Me } from '@yesterday/server/contract/http.ts'
import { mayActAs } from '@yesterday/server/contract/route.ts'
import { TOKEN_SCOPES, TokenName, TokenScope } from '@yesterday/server/contract/tokens.ts'
import { type ReactNode, useState } from 'react'
import type { Problem } from '../../api/api.ts'
import { useLoaded } from '../../api/use-loaded.ts'
import { t } from '../../text/text.ts'
import { MadeLink } from '../../ui/MadeLink.tsx'
import { ProblemBox } from '../../ui/Problem.tsx'
import { useOneAtATime } from '../../ui/use-one-at-a-time.ts'
import { InnerForm } from './InnerForm.tsx'
import { peopleApi } from './people-api.ts'
import { TokenList } from './TokenList.tsx'

export function Tokens({ me }: { readonly me: Me }) {
  const tokens = useLoaded(peopleApi.tokens)
  if (tokens.problem !== null) return <ProblemBox problem={tokens.problem} onRetry={tokens.again} />
  if (tokens.value === null) return <p role="status">{t('app.loading')}</p>
  return (
    <>
      <p className="share-note">{t(me.provider === null ? 'tokens.hint' : 'tokens.hintProvider')}</p>
      {tokens.value.length === 0 && <p>{t('tokens.none')}</p>}
      <TokenList tokens={tokens.value} revoke={peopleApi.revokeToken} onChanged={tokens.take} />
      <NewTokenForm me={me} onMade={tokens.again} />
    </>
  )
}

const DAYS = [7, 30, 90, 365] as const

function NewTokenForm({ me, onMade }: { readonly me: Me; readonly onMade: () => void }) {
  const [name, setName] = useState('')
  const [scope, setScope] = useState<TokenScope>('read')
  const [days, setDays] = useState<number>(30)
  const [secret, setSecret] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const isName = TokenName.safeParse(name.trim()).success
  const make = useOneAtATime(async () => {
    if (!isName) return
    const made = await peopleApi.makeToken({ name: name.trim(), scope, days })
    setProblem(made.ok ? null : made.problem)
    setSecret(made.ok ? made.value.secret : null)
    if (!made.ok) return
    setName('')
    onMade()
  })
  return (
    <InnerForm onSubmit={make}>
      <label>
        {t('tokens.name')}
        <input
          className="field"
          maxLength={40}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      {name.trim() !== '' && !isName && <p className="share-note">{t('tokens.nameRule')}</p>}
      <Choice label={t('tokens.scope')} value={scope} onChoose={(one) => setScope(TokenScope.parse(one))}>
        {TokenScope.options
          .filter((one) => mayActAs(me.role, TOKEN_SCOPES[one]))
          .map((one) => (
            <option key={one} value={one}>
              {t(`tokens.${one}`)}
            </option>
          ))}
      </Choice>
      <Choice label={t('share.expires')} value={String(days)} onChoose={(one) => setDays(Number(one))}>
        {DAYS.map((one) => (
          <option key={one} value={one}>
            {t('share.days', { count: one })}
          </option>
        ))}
      </Choice>
      {mayActAs(TOKEN_SCOPES[scope], 'runner') && (
        <p className="share-note">
          <strong>{t('share.shell')}</strong>
        </p>
      )}
      {problem !== null && <ProblemBox problem={problem} />}
      <button type="button" className="button button-small" disabled={!isName} onClick={make}>
        {t('tokens.make')}
      </button>
      {secret !== null && (
        <MadeLink
          label={t('tokens.secret')}
          link={secret}
          copied={t('tokens.copied')}
          note={t('tokens.once')}
        />
      )}
    </InnerForm>
  )
}

function Choice(props: {
  readonly label: string
  readonly value: string
  readonly onChoose: (value: string) => void
  readonly children: ReactNode
}) {
  return (
    <label>
      {props.label}
      <select className="field" value={props.value} onChange={(event) => props.onChoose(event.target.value)}>
        {props.children}
      </select>
    </label>
  )
}
