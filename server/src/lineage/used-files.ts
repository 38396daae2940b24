/**
 * The files that runs have read, as they are on disk now. Invariant: a file's bytes are read again only where its size,
 * its inode or its times say that it may be another.
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isElsewhere } from '@yesterday/kernel-bridge'
import { openRegular } from '../disk/regular-file.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { FileNow } from './stale-facts.ts'

/** Larger files are compared by their size alone, bytes. */
const READ_LIMIT = 1024 ** 3
/** So many files are looked at; a folder with more is not watched file by file. */
const FILES = 500

interface Seen {
  readonly stamp: string
  readonly now: FileNow
}

export class UsedFiles {
  readonly #secrets: Pick<Secrets, 'fileDigest'>
  readonly #seen = new Map<string, Seen>()

  constructor(secrets: Pick<Secrets, 'fileDigest'>) {
    this.#secrets = secrets
  }

  /** The files by the names given, which are relative to `cwd`, the kernel's folder. */
  async look(names: ReadonlySet<string>, cwd: string): Promise<ReadonlyMap<string, FileNow>> {
    const found = new Map<string, FileNow>()
    const here = [...names].filter((name) => !isElsewhere(name))
    for (const name of here.slice(0, FILES)) found.set(name, (await this.#see(resolve(cwd, name))).now)
    return found
  }

  /** Forgets all others. */
  keep(names: ReadonlySet<string>, cwd: string): void {
    const here = [...names].filter((name) => !isElsewhere(name))
    const paths = new Set(here.map((name) => resolve(cwd, name)))
    for (const path of this.#seen.keys()) if (!paths.has(path)) this.#seen.delete(path)
  }

  /** True where a file that was looked at seems to be another now. */
  async haveChanged(): Promise<boolean> {
    for (const [path, { stamp }] of this.#seen) if ((await stampOf(path)).stamp !== stamp) return true
    return false
  }

  async #see(path: string): Promise<Seen> {
    const { stamp, size } = await stampOf(path)
    const known = this.#seen.get(path)
    if (known?.stamp === stamp) return known
    const seen = { stamp, now: size === null ? null : await this.#read(path, size) }
    if (this.#seen.size >= FILES * 4) this.#seen.clear()
    this.#seen.set(path, seen)
    return seen
  }

  async #read(path: string, size: number): Promise<FileNow> {
    if (size > READ_LIMIT) return { digest: null, size }
    const hash = createHash('sha256')
    try {
      for await (const chunk of (await openRegular(path)).createReadStream()) hash.update(chunk)
    } catch {
      // It cannot be read, or went away while it was: its size is all that is known.
      return { digest: null, size }
    }
    return { digest: this.#secrets.fileDigest(path, `sha256:${hash.digest('hex')}`), size }
  }
}

async function stampOf(path: string): Promise<{ readonly stamp: string; readonly size: number | null }> {
  const at = await stat(path).catch(() => null)
  if (at === null || !at.isFile()) return { stamp: 'none', size: null }
  return { stamp: `${at.ino} ${at.size} ${at.mtimeMs} ${at.ctimeMs}`, size: at.size }
}
