/** Checks what is kept against itself: objects against their digests, the log against the objects. Changes nothing. */
import { StoreError } from './errors.ts'
import type { LogEntry } from './log-entry.ts'
import type { ObjectStore, RunLog, Store } from './ports.ts'

/** A report of everything that is not as it should be, for a person. */
export async function check(objects: ObjectStore, runs: RunLog): ReturnType<Store['check']> {
  const problems: string[] = []
  const whole = await checkObjects(objects, problems)
  const entries = await checkLog(runs, objects, problems)
  return { objects: whole, entries, problems }
}

async function checkObjects(objects: ObjectStore, problems: string[]): Promise<number> {
  let count = 0
  for await (const digest of objects.list()) {
    count++
    try {
      if ((await objects.get(digest)) === null) problems.push(`object ${digest} is gone`)
    } catch (thrown) {
      problems.push(sentence(thrown))
    }
  }
  return count
}

async function checkLog(runs: RunLog, objects: ObjectStore, problems: string[]): Promise<number> {
  let count = 0
  try {
    for await (const { seq, entry } of runs.read()) {
      count++
      for (const digest of digestsOf(entry)) {
        if (!(await objects.has(digest)))
          problems.push(`entry ${seq} of the log names ${digest}, which is not kept`)
      }
    }
  } catch (thrown) {
    problems.push(sentence(thrown))
  }
  return count
}

/** The objects that an entry says are kept; digests of edges are identities, and need not be. */
function digestsOf(entry: LogEntry): readonly string[] {
  if (entry.type === 'run-queued') return [entry.sourceDigest]
  if (entry.type === 'run-ended') return entry.outputs.map(({ digest }) => digest)
  return []
}

function sentence(thrown: unknown): string {
  if (thrown instanceof StoreError) return thrown.message
  throw thrown
}
