/**
 * Whether the history is still where it was opened. A program goes on writing to a file that was removed, and everything
 * in it is lost when the program ends: nothing may be acknowledged then.
 */
import { type BigIntStats, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from './errors.ts'

/** What distinguishes two files: an inode is reused after a removal. */
interface Identity {
  readonly dev: bigint
  readonly ino: bigint
}

export class HistoryPlace {
  readonly #database: string
  #identities: Identities

  /** The files at these paths are the history from now on. */
  constructor(database: string) {
    this.#database = database
    this.#identities = identitiesOf(database)
  }

  /** Null if it is there; else what happened to it. */
  problem(): StoreError | null {
    const now = identitiesOf(this.#database)
    const isThere = isSame(now.database, this.#identities.database)
    if (isThere && this.#hasWal(now)) return null
    const folder = dirname(this.#database)
    const isRemoved = now.database === null || (isThere && now.wal === null)
    const what = isRemoved ? 'was removed' : 'was replaced by another'
    return new StoreError('gone', `the history in ${folder} ${what} while it was open`)
  }

  /** What is at the path now is the history. */
  renew(): void {
    this.#identities = identitiesOf(this.#database)
  }

  /** A WAL that was not there yet may come. While a database is open, SQLite neither removes nor replaces its WAL. */
  #hasWal({ wal }: Identities): boolean {
    const { wal: before } = this.#identities
    if (before === null) this.#identities = { ...this.#identities, wal }
    return before === null || isSame(wal, before)
  }
}

/** What was committed last is in the WAL. */
interface Identities {
  readonly database: Identity | null
  readonly wal: Identity | null
}

const identitiesOf = (database: string): Identities => ({
  database: identityOf(database),
  wal: identityOf(`${database}-wal`),
})

const isSame = (one: Identity | null, other: Identity | null): boolean =>
  one !== null && other !== null && one.dev === other.dev && one.ino === other.ino

function identityOf(path: string): Identity | null {
  const stat: BigIntStats | undefined = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? null : { dev: stat.dev, ino: stat.ino }
}

/** Without a notice of the file system it is looked at so often, ms. */
const EVERY_MS = 1000

/** Calls back when the folder may have changed. Returns the end of it. It keeps no process alive. */
export function watchPlace(database: string, look: () => void): () => void {
  const timer = setInterval(look, EVERY_MS).unref()
  const stop = watchFolder(dirname(database), look)
  return () => {
    clearInterval(timer)
    stop()
  }
}

/** Where nothing can be watched, the timer is all. */
function watchFolder(folder: string, look: () => void): () => void {
  try {
    const watcher = watch(folder, { persistent: false }, (event) => {
      if (event === 'rename') look()
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => undefined
  }
}
