/** A disk that refuses, files from elsewhere, bytes that rot: each has a clear answer, and nothing is made or lost. */
import { chmod, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore, openStoreToRead } from '../../src/store/open-store.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { migrations } from '../../src/store/schema.ts'
import { claimWorkspace } from '../../src/user/workspace.ts'
import { ended, queued } from './entries.ts'
import { newPlace, type SqlitePlace } from './sqlite-place.ts'

let place: SqlitePlace
beforeEach(async () => {
  place = await newPlace()
})
afterEach(() => place.remove())

async function fill(): Promise<void> {
  const store = await place.open()
  await store.objects.put(Buffer.from('# run1'))
  await store.runs.append([queued('run1', 's'), ended('run1', 1)])
  await store.close()
}

const mode = async (path: string) => (await stat(path)).mode & 0o777

test.skipIf(process.platform === 'win32')('the history is for its owner alone', async () => {
  await fill()
  const store = await place.open()
  await store.objects.put(new Uint8Array(9000))
  const { folder, database } = storePaths(place.root)
  expect(await mode(folder)).toBe(0o700)
  for (const file of [database, `${database}-wal`, `${database}-shm`]) expect(await mode(file)).toBe(0o600)
  await store.close()
})

test.skipIf(process.platform === 'win32')(
  'what others could read is closed to them at the next start',
  async () => {
    const store = await place.open()
    await store.objects.put(new Uint8Array(9000))
    await store.close()
    const { folder, database, objects } = storePaths(place.root)
    const paths = (await readdir(folder, { recursive: true })).map((name) => join(folder, name))
    for (const path of [folder, ...paths]) await chmod(path, (await stat(path)).isDirectory() ? 0o755 : 0o644)
    await (await place.open()).close()
    expect(await mode(folder)).toBe(0o700)
    expect(await mode(database)).toBe(0o600)
    for (const name of await readdir(objects, { recursive: true }))
      expect(await mode(join(objects, name)), name).toBe(name.includes('/') ? 0o600 : 0o700)
  },
)

test.skipIf(process.platform === 'win32')('the modes of a folder from elsewhere stay', async () => {
  const { folder, database } = storePaths(place.root)
  await mkdir(folder)
  await writeFile(database, '', { mode: 0o644 })
  await chmod(folder, 0o755)
  await expect(openStore({ root: place.root })).rejects.toMatchObject({ code: 'untrusted' })
  expect([await mode(folder), await mode(database)]).toEqual([0o755, 0o644])
})

/** Permissions do not bind root, nor Windows in this way. */
const unbound = process.platform === 'win32' || process.getuid?.() === 0

describe.skipIf(unbound)('a folder without write permission', () => {
  afterEach(async () => {
    await chmod(place.root, 0o700)
    await chmod(storePaths(place.root).folder, 0o700).catch(() => undefined)
  })

  test('is refused as a new project', async () => {
    await chmod(place.root, 0o500)
    await expect(openStore({ root: place.root })).rejects.toMatchObject({ code: 'read-only' })
    expect(await readdir(place.root)).toEqual([])
  })

  test('is read', async () => {
    await fill()
    const { folder, database } = storePaths(place.root)
    await chmod(database, 0o400)
    await chmod(folder, 0o500)
    const store = openStoreToRead({ root: place.root })
    expect(await store.index.receipt('run1')).toMatchObject({ run: 'run1', source: '# run1' })
    const signed = { entry: 2, at: expect.any(String), key: expect.stringMatching(/^ed25519:/) }
    expect(await store.check()).toEqual({ objects: 1, entries: 2, problems: [], signed })
    await store.close()
  })
})

test('what was opened to be read is not written', async () => {
  await fill()
  const { database } = storePaths(place.root)
  const before = await readFile(database)
  const store = openStoreToRead({ root: place.root })
  expect((await store.index.page({})).runs).toHaveLength(1)
  expect((await store.check()).problems).toEqual([])
  await store.close()
  expect((await readFile(database)).equals(before)).toBe(true)
})

test('a reader sees what a writer appends', async () => {
  await fill()
  const [writer, reader] = [await place.open(), openStoreToRead({ root: place.root })]
  await writer.runs.append([queued('run2', 's'), ended('run2', 2)])
  expect((await reader.index.page({})).runs.map(({ run }) => run)).toEqual(['run2', 'run1'])
  await reader.close()
  await writer.close()
})

test('where nothing is, reading is refused and makes nothing', async () => {
  expect(() => openStoreToRead({ root: place.root })).toThrow(expect.objectContaining({ code: 'no-store' }))
  expect(await readdir(place.root)).toEqual([])
})

test('a history of a newer program is refused, not changed', async () => {
  await fill()
  place.change('PRAGMA user_version = 999')
  await expect(place.open()).rejects.toMatchObject({ code: 'newer-version' })
  expect(() => openStoreToRead({ root: place.root })).toThrow(
    expect.objectContaining({ code: 'newer-version' }),
  )
})

test('a history of an older program is brought up to date by who only reads it', async () => {
  for (let version = 1; version < migrations.length; version++) {
    const root = join(place.root, String(version))
    const { database, objects } = storePaths(root)
    await mkdir(objects, { recursive: true })
    const db = new DatabaseSync(database)
    for (const step of migrations.slice(0, version)) db.exec(step)
    db.exec(`PRAGMA user_version = ${version}`)
    db.close()
    const reader = openStoreToRead({ root })
    expect((await reader.index.page({})).runs).toEqual([])
    await reader.close()
  }
})

test('a file that is no history is refused, not replaced', async () => {
  const { folder, database } = storePaths(place.root)
  claimWorkspace(folder)
  await writeFile(
    database,
    'this is no database, and it is longer than a header of one hundred bytes. '.repeat(9),
  )
  await expect(place.open()).rejects.toMatchObject({ code: 'damaged' })
  expect(() => openStoreToRead({ root: place.root })).toThrow(expect.objectContaining({ code: 'damaged' }))
})

test('an object whose bytes differ is never returned', async () => {
  const store = await place.open()
  const [small, large] = [
    await store.objects.put(Buffer.from('x')),
    await store.objects.put(new Uint8Array(9000)),
  ]
  place.change("UPDATE blobs SET bytes = x'00'")
  const hex = large.slice('sha256:'.length)
  await writeFile(join(storePaths(place.root).objects, hex.slice(0, 2), hex.slice(2)), 'y')
  for (const digest of [small, large]) {
    await expect(store.objects.get(digest)).rejects.toMatchObject({ code: 'damaged' })
  }
  expect((await store.check()).problems).toHaveLength(2)
  await store.close()
})

test('an index that is not what the log says is reported, table by table', async () => {
  await fill()
  place.change("UPDATE runs SET outcome = 'error'")
  place.change("INSERT INTO names (kind, name) VALUES ('variable', 'never')")
  const store = openStoreToRead({ root: place.root })
  const { problems } = await store.check()
  expect(problems.map((problem) => problem.match(/"(runs|names|edges|sessions)"/)?.[1])).toEqual([
    'runs',
    'names',
  ])
  await store.close()
})

test('an index that is not there is damage', async () => {
  await fill()
  place.change('DROP TABLE edges')
  const store = openStoreToRead({ root: place.root })
  expect((await store.check()).problems).toEqual([expect.stringContaining('the history is damaged')])
  await store.close()
  const writing = await place.open()
  await writing.index.rebuild()
  expect((await writing.check()).problems).toEqual([])
  await writing.close()
})

test('a database with a broken page is reported', async () => {
  await fill()
  const { database } = storePaths(place.root)
  place.change('PRAGMA wal_checkpoint(TRUNCATE)')
  const lastPage = (await readFile(database)).length - 4096
  const file = await open(database, 'r+')
  await file.write(Buffer.alloc(4096, 0x55), 0, 4096, lastPage)
  await file.close()
  const store = openStoreToRead({ root: place.root })
  expect((await store.check()).problems.length).toBeGreaterThan(0)
  await store.close()
})
