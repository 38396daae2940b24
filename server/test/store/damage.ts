/** A history to be damaged, ways to damage it, and what must be there afterwards, by what SQLite itself says. */
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as Y from 'yjs'
import { type StorePaths, storePaths } from '../../src/store/project-folder.ts'
import { integer, text } from '../../src/store/row.ts'
import { edge, ended, queued, sessionStarted, started } from './entries.ts'
import { newPlace, type SqlitePlace } from './sqlite-place.ts'

export const PAGE = 4096

/** Numbers from a seed, each below `limit`. */
export function numbers(seed: number): (limit: number) => number {
  let state = seed * 2654435761 + 1
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0
    return state % limit
  }
}

/** Fills it with runs of many sizes, sources, outputs in files, and two documents. */
export async function fillPlace(place: SqlitePlace, runs: number): Promise<void> {
  const store = await place.open()
  const random = numbers(runs)
  await store.runs.append([sessionStarted('s')])
  for (let order = 1; order <= runs; order++) {
    const run = `run${order}`
    const source = `# ${run}\n${'x = 1\n'.repeat(random(40))}`
    const bytes = Buffer.from(`${run} `.repeat(order % 20 === 0 ? 3000 : 10))
    const digest = await store.objects.put(bytes)
    const output = {
      mime: 'text/plain',
      digest,
      size: bytes.length,
      outputType: 'display_data',
      name: null,
    } as const
    const generated = Array.from({ length: order % 7 === 0 ? 60 : random(4) }, (_, index) =>
      edge(`v${index}`),
    )
    await store.runs.append([queued(run, 's', { source }), started(run)], [Buffer.from(source)])
    await store.runs.append([ended(run, order, { generated, outputs: [output] })])
  }
  for (const name of ['a', 'b']) {
    const [seed, ...updates] = updatesOf(name, 30)
    await store.updates.create({
      documentId: ID(name),
      epoch: ID('e'),
      path: `${name}.ipynb`,
      seed: seed ?? new Uint8Array(),
    })
    for (const update of updates) await store.updates.append(ID(name), [update])
  }
  await store.close()
}

export const ID = (name: string): string => Buffer.from(name).toString('hex').padStart(20, '0')

/** A document that is typed into, update by update. */
function updatesOf(name: string, count: number): readonly Uint8Array[] {
  const doc = new Y.Doc()
  doc.clientID = name.charCodeAt(0)
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  doc.getArray('cells').push([new Y.Map()])
  for (let index = 0; index < count; index++)
    doc.getArray<Y.Map<unknown>>('cells').get(0).set('source', `${name}${index}`.repeat(200))
  return updates
}

/** A copy of the whole project folder, that can be damaged. */
export async function copyOf(place: SqlitePlace): Promise<SqlitePlace> {
  const copy = await newPlace()
  // The history is the copy's own: it was made here.
  await (await copy.open()).close()
  const [from, to] = [storePaths(place.root), storePaths(copy.root)]
  for (const name of await readdir(to.folder))
    if (name.startsWith('history.db') || name === 'objects')
      await rm(join(to.folder, name), { recursive: true })
  for (const name of await readdir(from.folder))
    if (name.startsWith('history.db') || name === 'objects')
      await cp(join(from.folder, name), join(to.folder, name), { recursive: true })
  return copy
}

export interface Entry {
  readonly seq: number
  readonly body: string
}

/** What the log holds, as SQLite reads it. */
export function entriesOf(paths: StorePaths): readonly Entry[] {
  const db = new DatabaseSync(paths.database)
  try {
    const rows = db.prepare('SELECT seq, body FROM log ORDER BY seq').all()
    return rows.map((row) => ({ seq: integer(row, 'seq'), body: text(row, 'body') }))
  } finally {
    db.close()
  }
}

/** The pages of each entry of the log, of a database without a WAL (https://sqlite.org/dbstat.html). */
export function pagesOfEntries(paths: StorePaths): ReadonlyMap<number, ReadonlySet<number>> {
  const db = new DatabaseSync(paths.database)
  try {
    const stat = db
      .prepare("SELECT path, pageno, pagetype, ncell FROM dbstat WHERE name = 'log' ORDER BY path")
      .all()
    const seqs = db
      .prepare('SELECT seq FROM log ORDER BY seq')
      .all()
      .map((row) => integer(row, 'seq'))
    const byCell = new Map<string, number>()
    const pages = new Map<number, Set<number>>()
    for (const row of stat.filter(({ pagetype }) => pagetype === 'leaf'))
      for (let cell = 0; cell < integer(row, 'ncell'); cell++) {
        const seq = seqs.shift() ?? 0
        byCell.set(`${text(row, 'path')}${cell.toString(16).padStart(3, '0')}`, seq)
        pages.set(seq, new Set([integer(row, 'pageno')]))
      }
    for (const row of stat.filter(({ pagetype }) => pagetype === 'overflow')) {
      const [cell = ''] = text(row, 'path').split('+')
      pages.get(byCell.get(cell) ?? 0)?.add(integer(row, 'pageno'))
    }
    return pages
  } finally {
    db.close()
  }
}

/** Zeroes pages or flips single bits; returns the pages that are not as they were. */
export async function damagePages(
  file: string,
  kind: 'zero' | 'flip' | 'noise',
  pages: ReadonlySet<number>,
  random: (limit: number) => number,
): Promise<void> {
  const bytes = await readFile(file)
  for (const page of pages) {
    const part = bytes.subarray((page - 1) * PAGE, page * PAGE)
    if (kind === 'zero') part.fill(0)
    else if (kind === 'noise') for (const index of part.keys()) part[index] = random(256)
    else {
      const at = random(part.length)
      part[at] = (part[at] ?? 0) ^ (1 << random(8))
    }
  }
  await writeFile(file, bytes)
}

export const cutOff = (file: string, size: number): Promise<void> => truncate(file, size)
