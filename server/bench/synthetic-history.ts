/**
 * A history of as many runs as are asked for, as notebooks of a year leave it: sessions of up to 5,000 runs, cells that
 * run again and again, ten edges a run, files now and then, numbers on some. Written through the index's own writer,
 * with its secondary indexes made at the end. The ended entries of one run in a hundred are in the log; receipts are
 * read for those alone.
 */
import { DatabaseSync } from 'node:sqlite'
import type { Edge } from '../contract/run.ts'
import { digestOf } from '../src/disk/digest.ts'
import { IndexWriter } from '../src/store/index-writer.ts'
import type { LogEntry, RunEnded } from '../src/store/log-entry.ts'
import { openStore } from '../src/store/open-store.ts'
import { storePaths } from '../src/store/project-folder.ts'
import { indexSchema } from '../src/store/schema.ts'

const SESSION = 5000
const CELLS = 60
const EDGES = 10
/** One ended entry of so many is in the log. */
const LOGGED = 100
const start = Date.parse('2026-01-01T00:00:00.000Z')

export const runId = (run: number): string =>
  `${(run * 2654435761) % 4294967296}`.padStart(10, '0') + String(run).padStart(10, '0')
export const sessionId = (run: number): string =>
  `session${String(Math.floor(run / SESSION)).padStart(6, '0')}`
export const notebookOf = (run: number): string => `notebook${Math.floor(run / SESSION) % 40}.ipynb`
/** A run whose receipt is there, at or before this one. */
export const loggedRun = (run: number): number => run - (run % LOGGED)

const source = 'model.fit(x, y)\nprint(model.score(x, y))'

/** Fills the folder's history with so many runs. */
export async function fillHistory(root: string, runs: number): Promise<void> {
  const store = await openStore({ root })
  await store.objects.put(Buffer.from(source))
  await store.close()
  const db = new DatabaseSync(storePaths(root).database)
  db.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -600000')
  const indexes = indexSchema.split(';').filter((statement) => statement.includes('CREATE INDEX'))
  for (const name of indexes.map((statement) => /INDEX (\w+)/.exec(statement)?.[1]))
    db.exec(`DROP INDEX ${name}`)
  const writer = new IndexWriter(db)
  const insert = db.prepare('INSERT INTO log (at, type, body) VALUES (?, ?, ?)')
  const append = (entry: LogEntry, isLogged: boolean) => {
    const { lastInsertRowid } = insert.run(entry.at, entry.type, isLogged ? JSON.stringify(entry) : '{}')
    writer.apply(Number(lastInsertRowid), entry)
  }
  db.exec('BEGIN')
  for (let run = 0; run < runs; run++) for (const [entry, isLogged] of entriesOf(run)) append(entry, isLogged)
  db.exec('COMMIT')
  for (const statement of indexes) db.exec(statement)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA optimize')
  db.close()
}

function* entriesOf(run: number): Generator<readonly [LogEntry, boolean]> {
  const at = new Date(start + run * 1000).toISOString()
  const session = sessionId(run)
  const notebook = notebookOf(run)
  if (run % SESSION === 0) yield [sessionStarted(session, notebook, at), true]
  const cell = run % CELLS
  const queued: LogEntry = {
    type: 'run-queued',
    run: runId(run),
    session,
    at,
    notebook,
    cellId: `cell${cell}`,
    cell: cell + 1,
    actor: { id: `user:${run % 7}`, name: `Person ${run % 7}` },
    sourceDigest: digestOf(source),
    title: `model.fit(x, y)  # ${cell}`,
  }
  yield [queued, true]
  yield [endedEntry(run, at), run % LOGGED === 0]
}

function sessionStarted(session: string, notebook: string, at: string): LogEntry {
  const kernel = {
    provider: 'local',
    kernelId: session,
    specName: 'python3',
    startedAt: at,
    place: null,
  }
  const names = { displayName: 'Python 3', language: 'python', documentId: null, actor: null, purpose: null }
  return { type: 'session-started', session, at, notebook, kernel, ...names }
}

function endedEntry(run: number, at: string): RunEnded {
  const first = run - (run % SESSION)
  const place = run - first
  const used = Array.from({ length: EDGES - 3 }, (_, edge) => {
    // What a run uses was mostly made a few runs ago, now and then long ago.
    const back = 1 + ((run * 31 + edge * 17) % (edge === 0 ? 997 : 13))
    return variable(run - back, edge % 3, run - back >= first)
  }).filter((edge) => edge !== null)
  const generated = [0, 1, 2].map((which) => variable(run, which, true)).filter((edge) => edge !== null)
  return {
    type: 'run-ended',
    run: runId(run),
    at,
    outcome: run % 23 === 0 ? 'error' : 'ok',
    started: at,
    durationMs: 1000,
    executionCount: place + 1,
    order: place + 1,
    error: null,
    death: null,
    used,
    generated,
    outputs: [],
    environment: null,
    state: null,
    cost: null,
    notCaptured: [],
  }
}

/** One of the three things that a run makes; null where no run of the session did. */
function variable(run: number, which: number, isThere: boolean): Edge | null {
  if (!isThere) return null
  const isFile = which === 2 && run % 10 === 0
  const isNumber = which === 1 && run % 20 === 0
  const name = isFile ? `data/part${run % 500}.csv` : isNumber ? 'acc' : `v${(run * 3 + which) % 400}`
  const digest = `xxh3:${(run * 3 + which).toString(16).padStart(32, '0')}`
  return {
    kind: isFile ? 'file' : 'variable',
    name,
    version: `${runId(run)}:${name}`,
    digest,
    edge: 'observed',
    by: isFile ? null : runId(run),
    makers: [],
    parts: null,
    reason: null,
    type: 'DataFrame',
    shape: [1000, 12],
    schema: null,
    size: 96_000,
    preview: null,
    deleted: false,
    query: null,
    facets: isNumber ? { number: (run % 1000) / 1000 } : null,
    value: null,
  }
}
