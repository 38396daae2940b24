/**
 * Tokens that members made for their programs: `member-tokens.json`, mode 600, of the project's state. Invariant: the file
 * has digests and no token. A token may do what its member may at that moment, and no more than its scope; it opens
 * nothing after its expiry, its revocation, or the end of the membership.
 */
import { createHash, randomBytes } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { mayActAs, Role } from '../../contract/route.ts'
import { type ListedToken, scopeOf, TokenName } from '../../contract/tokens.ts'
import { readStateFile } from '../disk/state-file.ts'
import { syncFolder } from '../disk/sync-folder.ts'
import { equalSecrets } from '../store/equal-secrets.ts'
import type { People, Person } from './people.ts'

const StoredToken = z.object({
  id: z.string(),
  member: z.string(),
  name: TokenName,
  digest: z.string(),
  role: Role,
  created: z.string(),
  expires: z.string(),
  lastUsed: z.string().nullable(),
})
type StoredToken = z.infer<typeof StoredToken>
const TokensFile = z.object({ version: z.literal(1), tokens: z.array(StoredToken) })

/** Programs that search texts for lost secrets know tokens by it. */
const PREFIX = 'yesterday_'
const MOST_OF_ONE = 50
const MOST_TOKENS = 2000
const DAY_MS = 24 * 3600 * 1000
/** The last use is that exact, ms. */
const USED_STEP_MS = 60_000

type Members = Pick<People, 'members' | 'memberRole' | 'providerOf' | 'provided' | 'roleOf'>

/** Whose a token is. `role` is the least of its scope and the member's role in the project. */
export interface TokenHolder {
  readonly person: Person
  readonly member: string
  readonly scope: Role
  readonly role: Role
}

export class MemberTokens {
  readonly #path: string
  readonly #people: Members
  readonly #now: () => Date
  #tokens: readonly StoredToken[]

  constructor(folder: string, people: Members, now: () => Date = () => new Date()) {
    this.#path = join(folder, 'member-tokens.json')
    this.#people = people
    this.#now = now
    this.#tokens = readStateFile(this.#path, (json) => TokensFile.parse(json).tokens).value ?? []
  }

  /** Those that can still be used, newest first: of one member, or of all. */
  list(member: string | null): readonly ListedToken[] {
    const names = new Map(this.#people.members.map(({ id, name }) => [id, name]))
    const listed = this.#open.filter((one) => member === null || one.member === member)
    return listed.toReversed().map(({ id, name, role, created, expires, lastUsed, member: by }) => {
      const actor = { id: by, name: names.get(by) ?? '' }
      return { id, name, scope: scopeOf(role), created, expires, lastUsed, by: actor }
    })
  }

  /** `taken`: the member has one of this name. `wide`: the scope is wider than the member's role. */
  make(wish: {
    readonly member: string
    readonly name: string
    readonly role: Role
    readonly days: number
  }): { readonly token: ListedToken; readonly secret: string } | 'taken' | 'full' | 'wide' {
    const { member, name, role, days } = wish
    const own = this.#open.filter((one) => one.member === member)
    if (!mayActAs(this.#people.memberRole(member) ?? 'anyone', role)) return 'wide'
    if (own.some((one) => one.name.toLowerCase() === name.toLowerCase())) return 'taken'
    if (own.length >= MOST_OF_ONE || this.#open.length >= MOST_TOKENS) return 'full'
    const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`
    const now = this.#now().getTime()
    const id = randomBytes(8).toString('hex')
    const times = { created: iso(now), expires: iso(now + days * DAY_MS), lastUsed: null }
    this.#save([...this.#open, { id, member, name, digest: digestOf(secret), role, ...times }])
    const token = this.list(member).find((one) => one.id === id)
    if (token === undefined) throw new Error('A token that was just made is not listed.')
    return { token, secret }
  }

  /** The token that was revoked; null where there is none of this id, or it is of another member than `member`. */
  revoke(id: string, member: string | null): ListedToken | null {
    const found = this.list(member).find((one) => one.id === id)
    if (found === undefined) return null
    this.#save(this.#open.filter((one) => one.id !== id))
    return found
  }

  /** Null for no token of ours, and for one that opens nothing now. */
  holderOf(secret: string): TokenHolder | null {
    if (!secret.startsWith(PREFIX)) return null
    const digest = digestOf(secret)
    const found = this.#open.find((one) => equalSecrets(one.digest, digest))
    return found === undefined ? null : this.#holder(found)
  }

  /** Records the use. A full disk does not keep programs out. */
  used(secret: string): void {
    const digest = digestOf(secret)
    const found = this.#open.find((one) => one.digest === digest)
    const now = this.#now().getTime()
    if (found === undefined || now - Date.parse(found.lastUsed ?? iso(0)) < USED_STEP_MS) return
    const lastUsed = iso(now)
    const tokens = this.#open.map((one) => (one === found ? { ...one, lastUsed } : one))
    try {
      this.#save(tokens)
    } catch {
      this.#tokens = tokens
    }
  }

  /** The role of the program with this person id, now; null where there is none. */
  roleOf(personId: string): Role | null {
    const found = this.#open.find((one) => personIdOf(one) === personId)
    return found === undefined ? null : (this.#holder(found)?.role ?? null)
  }

  /** A session of the member at a provider, with which the provider is asked again; null for members who sign in here. */
  sessionOf(member: string): string | null {
    const { provided, roleOf } = this.#people
    return provided.ofPerson(member).findLast((id) => roleOf.call(this.#people, member, id) !== null) ?? null
  }

  #holder(token: StoredToken): TokenHolder | null {
    const { member, name, role: scope } = token
    const known = this.#people.members.find(({ id }) => id === member)
    if (known === undefined) return null
    // A provider ends sessions, so its members have programs while they have one.
    if (this.#people.providerOf(member) !== null && this.sessionOf(member) === null) return null
    const role = mayActAs(known.role, scope) ? scope : known.role
    const person = { id: personIdOf(token), name: `${known.name} (${name})`, color: known.color }
    return { person, member, scope, role }
  }

  get #open(): readonly StoredToken[] {
    const now = this.#now().toISOString()
    return this.#tokens.filter(
      ({ expires, member }) => expires > now && this.#people.memberRole(member) !== null,
    )
  }

  /** Durable when it returns; nothing changed where it throws. */
  #save(tokens: readonly StoredToken[]): void {
    const temporary = `${this.#path}.new`
    writeFileSync(temporary, JSON.stringify({ version: 1, tokens }, null, 2), { mode: 0o600, flush: true })
    renameSync(temporary, this.#path)
    syncFolder(dirname(this.#path))
    this.#tokens = tokens
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()
const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
const personIdOf = ({ id }: Pick<StoredToken, 'id'>): string => `token-${id}`
