/**
 * The files that runs have read, as they are on disk now. Invariant: a file's bytes are read again only where its size,
 * its inode or its times say that it may be another.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { FileNow } from '../lineage/stale-facts.ts'

/** Larger files are told apart by their size alone, bytes. */
const READ_LIMIT = 1024 ** 3
/** So many files are looked at; a folder with more is not watched file by file. */
const FILES = 500

interface Seen {
  readonly stamp: string
  readonly now: FileNow
}

export class UsedFiles {
  /** The kernel's folder: names of edges are relative to it. */
  readonly #cwd: () => string
  readonly #seen = new Map<string, Seen>()

  constructor(cwd: () => string) {
    this.#cwd = cwd
  }

  /** The files by the names given. */
  async look(names: ReadonlySet<string>): Promise<ReadonlyMap<string, FileNow>> {
    const found = new Map<string, FileNow>()
    for (const name of [...names].slice(0, FILES)) found.set(name, (await this.#see(name)).now)
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name)
    return found
  }

  /** True where a file that was looked at seems to be another now. */
  async haveChanged(): Promise<boolean> {
    for (const [name, { stamp }] of this.#seen) if ((await this.#stampOf(name)).stamp !== stamp) return true
    return false
  }

  async #see(name: string): Promise<Seen> {
    const { stamp, size } = await this.#stampOf(name)
    const known = this.#seen.get(name)
    if (known?.stamp === stamp) return known
    const seen = { stamp, now: size === null ? null : await this.#read(name, size) }
    this.#seen.set(name, seen)
    return seen
  }

  async #stampOf(name: string): Promise<{ readonly stamp: string; readonly size: number | null }> {
    const at = await stat(resolve(this.#cwd(), name)).catch(() => null)
    if (at === null || !at.isFile()) return { stamp: 'none', size: null }
    return { stamp: `${at.ino} ${at.size} ${at.mtimeMs} ${at.ctimeMs}`, size: at.size }
  }

  async #read(name: string, size: number): Promise<FileNow> {
    if (size > READ_LIMIT) return { digest: null, size }
    const hash = createHash('sha256')
    try {
      for await (const chunk of createReadStream(resolve(this.#cwd(), name))) hash.update(chunk)
    } catch {
      // It cannot be read, or went away while it was: its size is all that is known.
      return { digest: null, size }
    }
    return { digest: `sha256:${hash.digest('hex')}`, size }
  }
}
