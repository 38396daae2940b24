/**
 * Checks what is kept against itself: the database's own form, objects against their digests, the log against the
 * objects, the index against the log. Changes nothing; damage is told, and does not hide other damage.
 */
import type { DatabaseSync } from 'node:sqlite'
import { checkIndex } from './check-index.ts'
import { asStoreError, isSqliteError, StoreError } from './errors.ts'
import type { LogEntry } from './log-entry.ts'
import type { ObjectStore, RunLog, Store } from './ports.ts'
import { text } from './row.ts'

/** A report of everything that is not as it should be, for a person. */
export async function check(
  db: DatabaseSync,
  path: string,
  objects: ObjectStore,
  runs: RunLog,
): ReturnType<Store['check']> {
  const problems = new Set<string>()
  const tell = (problem: string) => problems.add(problem)
  await telling(tell, () => checkForm(db).forEach(tell))
  const counts = { objects: 0, entries: 0 }
  await telling(tell, () => checkObjects(objects, tell, counts))
  await telling(tell, () => checkLog(runs, objects, tell, counts))
  await telling(tell, () => checkIndex(path).forEach(tell))
  return { ...counts, problems: [...problems] }
}

type Tell = (problem: string) => void
type Counts = { objects: number; entries: number }

/** Work that the storage refuses becomes a problem. */
async function telling(tell: Tell, work: () => void | Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    tell(sentence(thrown))
  }
}

function checkForm(db: DatabaseSync): readonly string[] {
  const rows = db.prepare('PRAGMA integrity_check').all()
  return rows.map((row) => text(row, 'integrity_check')).filter((line) => line !== 'ok')
}

async function checkObjects(objects: ObjectStore, tell: Tell, counts: Counts): Promise<void> {
  for await (const digest of objects.list()) {
    counts.objects++
    await telling(tell, async () => {
      if ((await objects.get(digest)) === null) tell(`object ${digest} is gone`)
    })
  }
}

async function checkLog(runs: RunLog, objects: ObjectStore, tell: Tell, counts: Counts): Promise<void> {
  for await (const { seq, entry } of runs.read()) {
    counts.entries++
    for (const digest of digestsOf(entry)) {
      if (!(await objects.has(digest))) tell(`entry ${seq} of the log names ${digest}, which is not kept`)
    }
  }
}

/** The objects that an entry says are kept; digests of edges are identities, and need not be. */
function digestsOf(entry: LogEntry): readonly string[] {
  if (entry.type === 'run-queued') return [entry.sourceDigest]
  if (entry.type === 'run-ended') return entry.outputs.map(({ digest }) => digest)
  return []
}

function sentence(thrown: unknown): string {
  if (thrown instanceof StoreError || isSqliteError(thrown)) return asStoreError(thrown).message
  throw thrown
}
