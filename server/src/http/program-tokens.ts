/**
 * The lasting tokens of programs: `tokens.json`, mode 600, of the project's state in the user's own folder, which no
 * project folder reaches. Invariant: a token that was revoked opens nothing more, and open sockets of it close within a
 * second.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, unwatchFile, watchFile, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { equalSecrets } from '../store/equal-secrets.ts'
import { type Person, userName } from './people.ts'

/** Names that can be read in a history and typed in a shell. */
export const TokenName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/i, 'a name is 1 to 40 of a-z A-Z 0-9 . _ -')
const ProgramToken = z.object({ name: TokenName, token: z.string().min(32), created: z.string() })
export type ProgramToken = z.infer<typeof ProgramToken>
const TokensFile = z.object({ version: z.literal(1), tokens: z.array(ProgramToken) })

/** How often the file is compared with what is known of it, ms. */
const LOOK_MS = 400

export class ProgramTokens {
  readonly #path: string
  #tokens: readonly ProgramToken[]
  #watching = false

  /** `folder` is the project's state in the user's folder. */
  constructor(folder: string) {
    this.#path = join(folder, 'tokens.json')
    this.#tokens = read(this.#path)
  }

  get all(): readonly ProgramToken[] {
    return this.#tokens
  }

  /** The token of this name, made where there is none. */
  issue(name: string): ProgramToken {
    const known = this.#tokens.find((one) => one.name === name)
    if (known !== undefined) return known
    const token = randomBytes(32).toString('base64url')
    const issued = { name, token, created: new Date().toISOString() }
    this.#write([...this.#tokens, issued])
    return issued
  }

  /** False where there is no token of this name. */
  revoke(name: string): boolean {
    const rest = this.#tokens.filter((one) => one.name !== name)
    if (rest.length === this.#tokens.length) return false
    this.#write(rest)
    return true
  }

  /** Whose token this is: the user by way of the program that the token is named for. */
  personOf(token: string): Person | null {
    const found = this.#tokens.find((one) => equalSecrets(one.token, token))
    return found === undefined ? null : personOf(found)
  }

  /** Notices what other processes change. `onRevoked` gets the id of a person who lost the token. */
  watch(onRevoked: (personId: string) => void): void {
    this.#watching = true
    watchFile(this.#path, { interval: LOOK_MS, persistent: false }, () => {
      const before = this.#tokens
      this.#tokens = read(this.#path)
      const isGone = ({ token }: ProgramToken) => !this.#tokens.some((one) => one.token === token)
      for (const gone of before.filter(isGone)) onRevoked(personOf(gone).id)
    })
  }

  close(): void {
    if (this.#watching) unwatchFile(this.#path)
    this.#watching = false
  }

  #write(tokens: readonly ProgramToken[]): void {
    const temporary = `${this.#path}.${randomBytes(4).toString('hex')}.new`
    writeFileSync(temporary, JSON.stringify({ version: 1, tokens }, null, 2), { mode: 0o600 })
    renameSync(temporary, this.#path)
    this.#tokens = tokens
  }
}

const personOf = ({ name }: ProgramToken): Person => ({
  id: `program-${name}`,
  name: `${userName()} (${name})`,
  color: '#495057',
})

/** A damaged file opens nothing: a new token is made instead. */
function read(path: string): readonly ProgramToken[] {
  try {
    return TokensFile.parse(JSON.parse(readFileSync(path, 'utf8'))).tokens
  } catch {
    return []
  }
}
