/**
 * The lasting tokens of programs: `tokens.json`, mode 600, of the project's state in the user's own folder, which no
 * project folder reaches. Invariant: a token that was revoked opens nothing more, and open sockets of it close within a
 * second.
 */
import { randomBytes } from 'node:crypto'
import { renameSync, statSync, unwatchFile, watchFile, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Role } from '../../contract/route.ts'
import { TokenName } from '../../contract/tokens.ts'
import { versionOf } from '../disk/file-version.ts'
import { readStateFile } from '../disk/state-file.ts'
import { syncFolder } from '../disk/sync-folder.ts'
import { equalSecrets } from '../store/equal-secrets.ts'
import type { Person } from './people.ts'
import { userName } from './user-name.ts'

/** `expires` is null for a token that lasts until it is revoked. Tokens from before there were scopes may do everything. */
const ProgramToken = z.object({
  name: TokenName,
  token: z.string().min(32),
  created: z.string(),
  role: Role.default('owner'),
  expires: z.string().nullable().default(null),
})
export type ProgramToken = z.infer<typeof ProgramToken>
const TokensFile = z.object({ version: z.literal(1), tokens: z.array(ProgramToken) })

/** What a token may do if nothing else is said: what Jupyter clients need. */
const DEFAULT_SCOPE: Role = 'runner'
const MOST_TOKENS = 200
/** The last use is that exact, ms. */
const USED_STEP_MS = 60_000

/** How often the file is compared with what is known of it, ms. */
const LOOK_MS = 400

export class ProgramTokens {
  readonly #path: string
  #tokens: readonly ProgramToken[] = []
  /** The version of the file that `#tokens` are from. */
  #version: string | null = null
  #onRevoked: (personId: string) => void = () => undefined
  #watching = false
  readonly #lastUse = new Map<string, number>()

  /** `folder` is the project's state in the user's folder. */
  constructor(folder: string) {
    this.#path = join(folder, 'tokens.json')
    this.#look()
  }

  get all(): readonly ProgramToken[] {
    return this.#tokens
  }

  /** Those that did not expire, as they are on the disk now. */
  get open(): readonly ProgramToken[] {
    this.#look()
    return this.#tokens.filter((one) => !isExpired(one))
  }

  /** The token of this name, made where there is none. `isNew`: it was made, or given another scope or expiry. */
  issue(
    name: string,
    { role, expires }: Partial<Pick<ProgramToken, 'role' | 'expires'>> = {},
  ): ProgramToken & { readonly isNew: boolean } {
    const known = this.#tokens.find((one) => one.name === name && !isExpired(one))
    if (known !== undefined && role === undefined && expires === undefined) return { ...known, isNew: false }
    const made = known ?? {
      name,
      token: randomBytes(32).toString('base64url'),
      created: new Date().toISOString(),
    }
    const issued = {
      ...made,
      role: role ?? known?.role ?? DEFAULT_SCOPE,
      expires: expires === undefined ? (known?.expires ?? null) : expires,
    }
    this.#write([...this.#tokens.filter((one) => one.name !== name), issued])
    return { ...issued, isNew: true }
  }

  /** False where there is no token of this name. */
  revoke(name: string): boolean {
    const rest = this.#tokens.filter((one) => one.name !== name)
    if (rest.length === this.#tokens.length) return false
    this.#write(rest)
    return true
  }

  /** Whose token this is: the user by way of the program that the token is named for. Null for no token of ours. */
  holderOf(token: string): { readonly person: Person; readonly role: Role } | null {
    const found = this.#find(token) ?? this.#findNew(token)
    if (found === undefined || isExpired(found)) return null
    this.#use(found)
    return { person: personOf(found), role: found.role }
  }

  /** The role that tokens of this person have now; null where there is none. */
  roleOf(personId: string): Role | null {
    this.#look()
    return this.#tokens.find((one) => !isExpired(one) && personOf(one).id === personId)?.role ?? null
  }

  #find(token: string): ProgramToken | undefined {
    return this.#tokens.find((one) => equalSecrets(one.token, token))
  }

  /** The command line may have issued it a moment ago. */
  #findNew(token: string): ProgramToken | undefined {
    return this.#look() ? this.#find(token) : undefined
  }

  /** When each token was last used, by name. */
  get used(): Readonly<Record<string, string>> {
    return readUsed(this.#usedPath)
  }

  get #usedPath(): string {
    return join(dirname(this.#path), 'tokens-used.json')
  }

  /** In a file of its own, as the command line writes the other while the server runs. */
  #use({ name }: ProgramToken): void {
    const now = Date.now()
    if (now - (this.#lastUse.get(name) ?? 0) < USED_STEP_MS) return
    this.#lastUse.set(name, now)
    const known = Object.entries(this.used).filter(([one]) =>
      this.#tokens.some((token) => token.name === one),
    )
    const used = { ...Object.fromEntries(known), [name]: new Date(now).toISOString() }
    try {
      writeWhole(this.#usedPath, used)
    } catch {
      // A full disk does not keep programs out.
    }
  }

  /** Notices what other processes change. `onRevoked` gets the id of a person who lost the token. */
  watch(onRevoked: (personId: string) => void): void {
    this.#watching = true
    this.#onRevoked = onRevoked
    watchFile(this.#path, { interval: LOOK_MS, persistent: false }, () => this.#look())
  }

  /** Reads the file again if it changed; false if it did not. */
  #look(): boolean {
    const version = versionAt(this.#path)
    if (version === this.#version) return false
    this.#version = version
    const before = this.#tokens
    this.#tokens = read(this.#path)
    const isGone = ({ token, role }: ProgramToken) =>
      !this.#tokens.some((one) => one.token === token && one.role === role)
    for (const gone of before.filter(isGone)) this.#onRevoked(personOf(gone).id)
    return true
  }

  close(): void {
    if (this.#watching) unwatchFile(this.#path)
    this.#watching = false
  }

  #write(tokens: readonly ProgramToken[]): void {
    if (tokens.length > MOST_TOKENS) throw new RangeError(`There are ${MOST_TOKENS} tokens already.`)
    writeWhole(this.#path, { version: 1, tokens })
    this.#tokens = tokens
  }
}

const isExpired = ({ expires }: ProgramToken): boolean =>
  expires !== null && !(Date.parse(expires) > Date.now())

function writeWhole(path: string, value: object): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.new`
  writeFileSync(temporary, JSON.stringify(value, null, 2), { mode: 0o600, flush: true })
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

const LastUses = z.record(z.string(), z.string())
const readUsed = (path: string): Readonly<Record<string, string>> =>
  readStateFile(path, (json) => LastUses.parse(json)).value ?? {}

const personOf = ({ name }: ProgramToken): Person => ({
  id: `program-${name}`,
  name: `${userName()} (${name})`,
  color: '#495057',
})

/** Null where there is no file. */
function versionAt(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? null : versionOf(stat)
}

/** A damaged file opens nothing: a new token is made instead. */
const read = (path: string): readonly ProgramToken[] =>
  readStateFile(path, (json) => TokensFile.parse(json).tokens).value ?? []
