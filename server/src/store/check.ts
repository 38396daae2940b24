/**
 * Checks what is kept against itself: the database's own form, objects against their digests, the log against the
 * objects, the index against the log. Changes nothing; damage is reported, and does not hide other damage.
 */
import { firstBreak } from './chain/check-chain.ts'
import { headProblems, lastHead } from './chain/check-heads.ts'
import type { PinnedHead } from './chain/pinned-head.ts'
import { logRecords } from './chain/records.ts'
import { checkIndex } from './check-index.ts'
import { asStoreError, isSqliteError, StoreError } from './errors.ts'
import { digestsOf } from './kept-objects.ts'
import type { CheckReport, ObjectStore, RunLog } from './ports.ts'
import type { Queryable } from './reader.ts'
import { text } from './row.ts'

export interface CheckParts {
  readonly db: Queryable
  readonly path: string
  readonly objects: ObjectStore
  readonly runs: RunLog
  /** What this user remembers of the chain. */
  readonly pinned: PinnedHead | null
}

/** A report of everything that is not as it should be, for a person. */
export async function check({ db, path, objects, runs, pinned }: CheckParts): Promise<CheckReport> {
  const problems = new Set<string>()
  const report = (problem: string) => problems.add(problem)
  await reporting(report, () => checkForm(db).forEach(report))
  const counts = { objects: 0, entries: 0 }
  await reporting(report, () => checkObjects(objects, report, counts))
  await reporting(report, () => checkChain(db, pinned, report))
  await reporting(report, () => checkLog({ db, runs, objects }, report, counts))
  await reporting(report, () => checkIndex(path).forEach(report))
  return { ...counts, problems: [...problems], signed: signedOf(db) }
}

function signedOf(db: Queryable): CheckReport['signed'] {
  try {
    const head = lastHead(db)
    return head && { entry: head.seq, at: head.at, key: head.key }
  } catch {
    // A database that cannot be read is reported already.
    return null
  }
}

type Report = (problem: string) => void
type Counts = { objects: number; entries: number }

/** Work that the storage refuses becomes a problem. */
async function reporting(report: Report, work: () => void | Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    report(sentence(thrown))
  }
}

function checkForm(db: Queryable): readonly string[] {
  const rows = db.prepare('PRAGMA integrity_check').all()
  return rows.map((row) => text(row, 'integrity_check')).filter((line) => line !== 'ok')
}

function checkChain(db: Queryable, pinned: PinnedHead | null, report: Report): void {
  const found = firstBreak(db, logRecords(db))
  if (found !== null) report(`the hash chain breaks: ${found.problem}`)
  headProblems(db, pinned).forEach(report)
}

async function checkObjects(objects: ObjectStore, report: Report, counts: Counts): Promise<void> {
  for await (const digest of objects.list()) {
    counts.objects++
    await reporting(report, async () => {
      if ((await objects.get(digest)) === null) report(`object ${digest} is gone`)
    })
  }
}

async function checkLog(
  { db, runs, objects }: Pick<CheckParts, 'db' | 'runs' | 'objects'>,
  report: Report,
  counts: Counts,
): Promise<void> {
  const { lostObjects } = logRecords(db)
  for await (const { seq, entry } of runs.read()) {
    counts.entries++
    for (const digest of digestsOf(entry)) {
      if (!lostObjects.has(digest) && !(await objects.has(digest)))
        report(`entry ${seq} of the log names ${digest}, which is not kept`)
    }
  }
}

function sentence(thrown: unknown): string {
  if (thrown instanceof StoreError || isSqliteError(thrown)) return asStoreError(thrown).message
  throw thrown
}
