/** Tokens of programs: a member's own, and for owners those of all. */
import type { TokenScope } from '../../../contract/tokens.ts'
import { type ListedToken, scopeOf, TOKEN_SCOPES, tokenApi } from '../../../contract/tokens.ts'
import type { Refusal } from '../../document/ports.ts'
import type { Recording } from '../../people/audit.ts'
import type { MemberTokens } from '../../people/member-tokens.ts'
import type { ProgramTokens } from '../../people/program-tokens.ts'
import { json, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'
import { senderOf } from './sender.ts'

export interface TokenParts {
  readonly memberTokens: MemberTokens | null
  /** Those of the command line. */
  readonly tokens: ProgramTokens | null
  readonly record: Recording
  /** Closes the open sockets of those whose rights ended. */
  readonly endRevoked: () => void
}

export function tokenRoutes(parts: TokenParts): readonly Route[] {
  return [...ownRoutes(parts), ...ownerRoutes(parts)]
}

function ownRoutes({ memberTokens, record, endRevoked }: TokenParts): readonly Route[] {
  return [
    on(tokenApi.own, async ({ person }) => json(memberTokens?.list(person.id) ?? [])),
    on(tokenApi.make, async (call) => {
      const { name, scope, days } = call.body
      if (call.session === null || memberTokens === null) return refuse(notForPrograms)
      const made = memberTokens.make({ member: call.person.id, name, role: TOKEN_SCOPES[scope], days })
      if (made === 'wide') return refuse(tooWide(scope))
      if (made === 'taken') return refuse(taken(name))
      if (made === 'full') return refuse(tooMany)
      const about = { token: name, scope, expires: made.token.expires ?? 'never' }
      record({ action: 'token-made', ...senderOf(call), about })
      return json(made)
    }),
    on(tokenApi.revokeOwn, async (call) => {
      if (call.session === null) return refuse(notForPrograms)
      const gone = memberTokens?.revoke(call.params.token, call.person.id) ?? null
      if (gone === null) return refuse(missing)
      endRevoked()
      record({ action: 'token-revoked', ...senderOf(call), about: { token: gone.name } })
      return json(memberTokens?.list(call.person.id) ?? [])
    }),
  ]
}

function ownerRoutes({ memberTokens, tokens, record, endRevoked }: TokenParts): readonly Route[] {
  const all = (): readonly ListedToken[] => [...(memberTokens?.list(null) ?? []), ...listed(tokens)]
  const revoked = (id: string): ListedToken | null => {
    const ofTerminal = listed(tokens).find((one) => one.id === id)
    if (ofTerminal === undefined) return memberTokens?.revoke(id, null) ?? null
    return tokens?.revoke(ofTerminal.name) === true ? ofTerminal : null
  }
  return [
    on(tokenApi.all, async () => json(all())),
    on(tokenApi.revoke, async (call: Call<{ token: string }>) => {
      const gone = revoked(call.params.token)
      if (gone === null) return refuse(missing)
      endRevoked()
      const about = { token: gone.name, ...(gone.by && { person: gone.by.name, personId: gone.by.id }) }
      record({ action: 'token-revoked', ...senderOf(call), about })
      return json(all())
    }),
  ]
}

/** The tokens of the command line, newest first. */
function listed(tokens: ProgramTokens | null): readonly ListedToken[] {
  const used = tokens?.used ?? {}
  return (tokens?.open ?? []).toReversed().map(({ name, role, created, expires }) => {
    const lastUsed = used[name] ?? null
    return { id: `terminal-${name}`, name, scope: scopeOf(role), created, expires, lastUsed, by: null }
  })
}

const notForPrograms: Refusal = {
  code: 'noProfile',
  status: 409,
  message: 'A program cannot make or revoke tokens of its own.',
  hint: 'Do it in the page, under your name.',
}
const tooWide = (scope: TokenScope): Refusal => ({
  code: 'forbidden',
  status: 403,
  message: `Your role does not allow the scope ${scope}.`,
  hint: 'Choose a scope up to your own role.',
})
const taken = (name: string): Refusal => ({
  code: 'nameTaken',
  status: 409,
  message: `You have a token named ${name} already.`,
  hint: 'Choose another name, or revoke that token first.',
})
const tooMany: Refusal = {
  code: 'tooMany',
  status: 409,
  message: 'There are too many tokens.',
  hint: 'Revoke some of them first.',
}
const missing: Refusal = { code: 'missing', status: 404, message: 'There is no such token any more.' }
