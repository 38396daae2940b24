/**
 * Public links, in `public-links.json` of the project's state. Invariant: the file has the digest of a link's token, never
 * the token; a link that expired or was revoked opens nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type PublicContent, PublicLink } from '../../contract/public-links.ts'
import { equalSecrets } from '../store/equal-secrets.ts'

const StoredLink = PublicLink.extend({ digest: z.string() })
type StoredLink = z.infer<typeof StoredLink>
const LinksFile = z.object({ version: z.literal(1), links: z.array(StoredLink) })

const MOST_LINKS = 500
const DAY_MS = 24 * 3600 * 1000
/** The last use is that exact, ms. */
const USED_STEP_MS = 60_000
/** Bytes of a token: 192 bits. */
const TOKEN_BYTES = 24

export class PublicLinkStore {
  readonly #path: string
  readonly #now: () => Date
  #links: readonly StoredLink[]

  /** Throws if the file is there and cannot be read. */
  constructor(folder: string, now: () => Date = () => new Date()) {
    this.#path = join(folder, 'public-links.json')
    this.#now = now
    this.#links = read(this.#path)
  }

  /** Those that work, newest first. */
  get open(): readonly PublicLink[] {
    return this.#open.map(shown).toReversed()
  }

  /** `full` where there are too many. */
  make(
    link: { readonly what: PublicContent; readonly title: string; readonly days: number },
    by: string,
  ): { readonly link: PublicLink; readonly token: string } | 'full' {
    if (this.#open.length >= MOST_LINKS) return 'full'
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const now = this.#now().getTime()
    const made: StoredLink = {
      id: randomBytes(8).toString('hex'),
      digest: digestOf(token),
      what: link.what,
      title: link.title,
      created: new Date(now).toISOString(),
      expires: new Date(now + link.days * DAY_MS).toISOString(),
      by,
      lastUsed: null,
    }
    this.#save([...this.#open, made])
    return { link: shown(made), token }
  }

  /** The link that was revoked; null where there is none of this id. */
  revoke(id: string): PublicLink | null {
    const found = this.#open.find((one) => one.id === id)
    if (found === undefined) return null
    this.#save(this.#open.filter((one) => one !== found))
    return shown(found)
  }

  /** The link of a token, which counts as used now; null where there is none that works. A full disk keeps no reader out. */
  find(token: string): PublicLink | null {
    const digest = digestOf(token)
    const found = this.#open.find((one) => equalSecrets(one.digest, digest))
    if (found === undefined) return null
    const now = this.#now()
    const isLate = found.lastUsed === null || now.getTime() - Date.parse(found.lastUsed) >= USED_STEP_MS
    if (!isLate) return shown(found)
    const links = this.#open.map((one) => (one === found ? { ...one, lastUsed: now.toISOString() } : one))
    try {
      this.#save(links)
    } catch {
      this.#links = links
    }
    return shown(found)
  }

  get #open(): readonly StoredLink[] {
    const now = this.#now().toISOString()
    return this.#links.filter(({ expires }) => expires > now)
  }

  /** Durable when it returns; nothing changed where it throws. */
  #save(links: readonly StoredLink[]): void {
    const temporary = `${this.#path}.new`
    writeFileSync(temporary, JSON.stringify({ version: 1, links }, null, 2), { mode: 0o600, flush: true })
    renameSync(temporary, this.#path)
    this.#links = links
  }
}

const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

const shown = ({ digest: _, ...link }: StoredLink): PublicLink => link

function read(path: string): readonly StoredLink[] {
  try {
    return LinksFile.parse(JSON.parse(readFileSync(path, 'utf8'))).links
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new Error(`Could not read ${path}, which has the public links. Restore it, or remove it.`, {
      cause: error,
    })
  }
}
