/** Tokens of programs: those that members make in the page, and those of `yesterday token`. */
import { z } from 'zod'
import { Timestamp } from './ids.ts'
import { plain, type Role } from './route.ts'
import { Actor } from './session.ts'

/** What a token may do: the roles, by what they are for. */
export const TOKEN_SCOPES = {
  read: 'viewer',
  comment: 'commenter',
  edit: 'editor',
  run: 'runner',
  admin: 'owner',
} as const satisfies Readonly<Record<string, Role>>
export const TokenScope = z.enum(['read', 'comment', 'edit', 'run', 'admin'])
export type TokenScope = z.infer<typeof TokenScope>

/** The scope of tokens with this role. */
export const scopeOf = (role: Role): TokenScope =>
  TokenScope.options.find((scope) => TOKEN_SCOPES[scope] === role) ?? 'read'

/** Names that can be read in a history and typed in a shell. */
export const TokenName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/i, 'a name is 1 to 40 of a-z A-Z 0-9 . _ -')

/** A token without its secret. */
export const ListedToken = z.object({
  id: z.string(),
  name: z.string(),
  scope: TokenScope,
  created: Timestamp,
  /** Null for one that lasts until it is revoked. */
  expires: Timestamp.nullable(),
  /** Exact to a minute; null if it was never used. */
  lastUsed: Timestamp.nullable(),
  /** The member who made it; null for one of the command line. */
  by: Actor.nullable(),
})
export type ListedToken = z.infer<typeof ListedToken>
/** Newest first. */
export const ListedTokens = z.array(ListedToken)

export const MAX_TOKEN_DAYS = 365
export const NewToken = z.object({
  name: TokenName,
  scope: TokenScope,
  days: z.number().int().min(1).max(MAX_TOKEN_DAYS),
})
export type NewToken = z.infer<typeof NewToken>

/** `secret` is the token itself, which is shown once. */
export const MadeToken = z.object({ token: ListedToken, secret: z.string() })
export type MadeToken = z.infer<typeof MadeToken>

const named = { params: z.object({ token: z.string().max(100) }), reads: 'nothing' } as const

export const tokenApi = {
  own: {
    ...plain,
    method: 'get',
    path: '/api/me/tokens',
    summary: "Lists the caller's tokens for programs.",
    role: 'viewer',
    answer: ListedTokens,
  },
  make: {
    ...plain,
    method: 'post',
    path: '/api/me/tokens',
    summary:
      'Makes a token for a program of the caller, with a scope up to their role. The token is only in this answer.',
    role: 'viewer',
    body: NewToken,
    answer: MadeToken,
    status: 201,
  },
  revokeOwn: {
    ...plain,
    ...named,
    method: 'delete',
    path: '/api/me/tokens/:token',
    summary: "Revokes a token of the caller's: it opens nothing more, and its sockets close.",
    role: 'viewer',
    answer: ListedTokens,
  },
  all: {
    ...plain,
    method: 'get',
    path: '/api/tokens',
    summary: 'Lists the tokens of all members, and those of `yesterday token`.',
    role: 'owner',
    answer: ListedTokens,
  },
  revoke: {
    ...plain,
    ...named,
    method: 'delete',
    path: '/api/tokens/:token',
    summary: 'Revokes any token, as `DELETE /api/me/tokens/:token`.',
    role: 'owner',
    answer: ListedTokens,
  },
} as const
