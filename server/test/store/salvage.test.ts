/**
 * Salvage of damaged histories. Whatever the damage: it succeeds, the result passes `fsck`, every entry whose pages are
 * whole is there, and what was damaged is kept.
 */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { userSigningKey } from '../../src/store/chain/signing-key.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { integer } from '../../src/store/row.ts'
import { DamagedPages } from '../../src/store/salvage/pages.ts'
import { rowsOf } from '../../src/store/salvage/rows.ts'
import { type SalvageReport, salvage } from '../../src/store/salvage/salvage.ts'
import {
  copyOf,
  cutOff,
  damagePages,
  type Entry,
  entriesOf,
  fillPlace,
  ID,
  numbers,
  PAGE,
  pagesOfEntries,
} from './damage.ts'
import { ada, queued } from './entries.ts'
import { list } from './given.ts'
import { newPlace, type SqlitePlace } from './sqlite-place.ts'

const RUNS = 120
/** Seeds of random damage. More of them are a longer proof. */
const SEEDS = Number(process.env.YESTERDAY_SALVAGE_SEEDS ?? 12)

let whole: SqlitePlace
let entries: readonly Entry[] = []
let pages: ReadonlyMap<number, ReadonlySet<number>> = new Map()
let pageCount = 0
beforeAll(async () => {
  whole = await newPlace()
  await fillPlace(whole, RUNS)
  whole.change('PRAGMA wal_checkpoint(TRUNCATE)')
  const paths = storePaths(whole.root)
  entries = entriesOf(paths)
  pages = pagesOfEntries(paths)
  pageCount = (await stat(paths.database)).size / PAGE
})
afterAll(() => whole.remove())

const intactWithout = (damaged: ReadonlySet<number>): readonly Entry[] =>
  entries.filter(({ seq }) => [...(pages.get(seq) ?? [])].every((page) => !damaged.has(page)))

async function salvaged(place: SqlitePlace, last = 0): Promise<SalvageReport> {
  return salvage({ paths: storePaths(place.root), key: userSigningKey(), by: ada, now: new Date(), last })
}

/** The result is a sound history, which has these entries as they were. */
async function expectSound(place: SqlitePlace, report: SalvageReport, kept: readonly Entry[]): Promise<void> {
  const store = await place.open()
  expect((await store.check()).problems).toEqual([])
  await store.runs.append(
    [queued(`next-${report.aside}`, 's', { source: '# run1\n' })],
    [Buffer.from('# run1\n')],
  )
  await store.close()
  const found = new Map(entriesOf(storePaths(place.root)).map(({ seq, body }) => [seq, body]))
  for (const { seq, body } of kept) expect(found.get(seq), `entry ${seq}`).toBe(body)
  const unverified = new Set(report.unverified.flatMap(([first, last]) => range(first, last)))
  for (const { seq, body } of entries)
    if (found.has(seq) && !unverified.has(seq)) expect(found.get(seq), `entry ${seq}`).toBe(body)
  const lost = report.lost.entries.flatMap(([first, last]) => range(first, last))
  for (const seq of lost) expect(found.has(seq)).toBe(false)
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

test('the reader of pages finds what SQLite finds, in the file and in the WAL', async () => {
  const place = await newPlace()
  const store = await place.open()
  await store.close()
  const { database } = storePaths(place.root)
  const db = new DatabaseSync(database)
  db.exec('PRAGMA wal_autocheckpoint = 0')
  const random = numbers(7)
  for (let round = 0; round < 30; round++) {
    db.exec('BEGIN')
    for (let index = 0; index < 10; index++)
      db.prepare('INSERT OR REPLACE INTO blobs VALUES (?, ?)').run(
        `sha256:${random(90)}`,
        new Uint8Array(random(20_000)).fill(round),
      )
    db.prepare('DELETE FROM blobs WHERE digest = ?').run(`sha256:${random(90)}`)
    db.exec(round % 7 === 0 ? 'ROLLBACK' : 'COMMIT')
    if (round === 12) db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }
  const reading = new DamagedPages(database)
  const found = new Map<string, string>()
  // The first form of a row is the one that belongs to its page.
  for (const row of rowsOf(reading))
    if (row.table === 'blobs' && row.isCurrent && !found.has(row.digest))
      found.set(row.digest, Buffer.from(row.bytes).toString('hex'))
  reading.close()
  const rows = db.prepare('SELECT digest, hex(bytes) AS bytes FROM blobs').all()
  expect(rows.length).toBeGreaterThan(50)
  expect([...found].toSorted()).toEqual(
    rows.map(({ digest, bytes }) => [digest, String(bytes).toLowerCase()]).toSorted(),
  )
  db.close()
  await place.remove()
})

test('of a history that is not damaged nothing is lost', async () => {
  const place = await copyOf(whole)
  const report = await salvaged(place)
  expect(report).toMatchObject({
    kept: { entries: entries.length, runs: RUNS, documents: 2 },
    lost: { entries: [], runs: 0, objects: [], documents: [] },
    unverified: [],
    relinked: null,
  })
  await expectSound(place, report, entries)
  const store = await place.open()
  const doc = new Y.Doc()
  for (const update of (await store.updates.load(ID('a')))?.updates ?? []) Y.applyUpdate(doc, update)
  expect(doc.getArray<Y.Map<unknown>>('cells').get(0).get('source')).toBe('a29'.repeat(200))
  await store.close()
  await place.remove()
})

describe('seeded damage of the database', () => {
  const kinds = ['zero', 'flip', 'noise'] as const
  test.for(range(1, SEEDS))('seed %i', async (seed) => {
    const random = numbers(seed)
    const place = await copyOf(whole)
    const { database, folder } = storePaths(place.root)
    const kind = kinds[seed % 3] ?? 'zero'
    const damaged = new Set(range(1, 1 + random(seed % 4 === 0 ? 60 : 6)).map(() => 1 + random(pageCount)))
    if (seed % 5 === 0) damaged.add(1)
    await damagePages(database, kind, damaged, random)
    if (seed % 6 === 0) {
      const kept = 1 + random(pageCount)
      await cutOff(database, kept * PAGE - random(PAGE))
      for (const page of range(kept, pageCount)) damaged.add(page)
    }
    const before = await readFile(database)
    const report = await salvaged(place)
    expect((await readFile(join(folder, report.aside, 'history.db'))).equals(before)).toBe(true)
    await expectSound(place, report, intactWithout(damaged))
    await place.remove()
  })
})

describe('what the WAL holds', () => {
  /** As a killed program leaves it: the last runs are in the WAL alone. */
  async function killed(): Promise<SqlitePlace> {
    const place = await copyOf(whole)
    const store = await place.open()
    for (let index = 0; index < 20; index++)
      await store.runs.append(
        [queued(`late${index}`, 's', { source: '# run1\n' })],
        [Buffer.from('# run1\n')],
      )
    const copy = await copyOf(place)
    await store.close()
    await place.remove()
    return copy
  }

  test('is taken in, and is lost without it', async () => {
    const place = await killed()
    const { database } = storePaths(place.root)
    const without = await copyOf(place)
    await rm(`${storePaths(without.root).database}-wal`)
    const all = [...entries]
    const report = await salvaged(place)
    expect(report.kept.entries).toBe(entries.length + 20)
    await expectSound(place, report, all)
    expect((await stat(database)).size).toBeGreaterThan(0)
    const less = await salvaged(without)
    expect(less.kept.entries).toBeGreaterThanOrEqual(entries.length)
    await expectSound(without, less, entries)
    await place.remove()
    await without.remove()
  })

  test.for(range(1, 6))('garbage in it costs the pages that it covers, seed %i', async (seed) => {
    const random = numbers(seed)
    const place = await killed()
    const wal = `${storePaths(place.root).database}-wal`
    const bytes = await readFile(wal)
    const at = seed === 1 ? 0 : random(Math.min(bytes.length, 400_000))
    bytes.subarray(at, at + 1 + random(5000)).forEach((_, index, part) => {
      part[index] = random(256)
    })
    await writeFile(wal, seed === 2 ? Buffer.concat([bytes, Buffer.alloc(9999, 7)]) : bytes)
    const report = await salvaged(place)
    await expectSound(place, report, entries)
    expect(report.kept.entries).toBeGreaterThan(entries.length)
    await place.remove()
  })
})

test('objects that are gone or damaged are named, and damaged ones are set aside', async () => {
  const place = await copyOf(whole)
  const { objects, folder } = storePaths(place.root)
  const files = (await readdir(objects, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  )
  const [gone, damaged] = files.map(({ parentPath, name }) => join(parentPath, name))
  await rm(gone ?? '')
  await writeFile(damaged ?? '', 'other bytes')
  const report = await salvaged(place)
  expect(report.lost.objects).toHaveLength(2)
  expect(await readdir(join(folder, report.aside, 'objects'))).toHaveLength(1)
  await expectSound(place, report, entries)
  const again = await salvaged(place)
  expect(again.lost.objects).toHaveLength(2)
  await expectSound(place, again, entries)
  await place.remove()
})

test('without a database, or with one that is no database, there is an empty history that says so', async () => {
  for (const change of [
    (path: string) => rm(path),
    (path: string) => writeFile(path, 'no database '.repeat(999)),
  ]) {
    const place = await copyOf(whole)
    await change(storePaths(place.root).database)
    const report = await salvaged(place, entries.length)
    expect(report.lost.entries).toEqual([[1, entries.length]])
    expect(report.kept).toMatchObject({ entries: 0, runs: 0, documents: 0 })
    await expectSound(place, report, [])
    await place.remove()
  }
})

test('a program that dies while the databases change places leaves no history without its WAL', async () => {
  const place = await copyOf(whole)
  const { folder, database } = storePaths(place.root)
  await writeFile(join(folder, 'fresh.db'), await readFile(database))
  await writeFile(join(folder, 'swap.json'), JSON.stringify({ fresh: 'fresh.db', aside: 'damaged-x' }))
  const store = await place.open()
  expect((await list(store.runs.read())).length).toBe(entries.length)
  expect(await readdir(join(folder, 'damaged-x'))).toContain('history.db')
  expect(await readdir(folder)).not.toContain('swap.json')
  await store.close()
  await place.remove()
})

test('numbers of lost entries are not given out again', async () => {
  const place = await copyOf(whole)
  const report = await salvaged(place, entries.length + 5)
  expect(report.lost.entries).toEqual([[entries.length + 1, entries.length + 5]])
  const db = new DatabaseSync(storePaths(place.root).database)
  expect(integer(db.prepare('SELECT max(seq) AS last FROM log').get() ?? {}, 'last')).toBe(entries.length + 6)
  db.close()
  await expectSound(place, report, entries)
  await place.remove()
})
