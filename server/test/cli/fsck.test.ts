/** `fsck` finds each kind of damage, and mends the index. */
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openOrBeginBeside } from '../../src/cli/damaged-start.ts'
import { openStore } from '../../src/store/open-store.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { ServerLock } from '../../src/user/server-lock.ts'
import { fill, ids, newFolder, yesterday } from './program.ts'

let root = ''
beforeEach(async () => {
  root = await newFolder()
  await fill(root)
})
afterEach(() => rm(root, { recursive: true, maxRetries: 5 }))

const change = (sql: string) => {
  const db = new DatabaseSync(storePaths(root).database)
  db.exec(sql)
  db.close()
}

/** Of the sessions that no program runs any more `fsck` records the end: that of one run and of two sessions. */
const ENDED = 3

test('all is well where all is well, and only the end of what was killed is recorded', async () => {
  const said = await yesterday(root, 'fsck', '--json')
  expect(said).toMatchObject({ code: 0, err: '' })
  const entries = 14 + ENDED
  const signed = { entry: entries, at: expect.any(String), key: expect.stringMatching(/^ed25519:/) }
  expect(JSON.parse(said.out)).toEqual({
    objects: 7,
    entries,
    problems: [],
    signed,
    rebuilt: null,
    salvaged: null,
    ended: { sessions: 2, kernels: 0, scratch: 0 },
    quarantined: [],
  })
})

test('an object with other bytes, small or large, is found', async () => {
  const store = await openStore({ root })
  const digest = await store.objects.put(new Uint8Array(20_000))
  await store.close()
  const hex = digest.slice('sha256:'.length)
  await writeFile(join(storePaths(root).objects, hex.slice(0, 2), hex.slice(2)), 'other')
  change("UPDATE blobs SET bytes = x'00' WHERE rowid = 1")
  const { code, out } = await yesterday(root, 'fsck')
  expect(code).toBe(1)
  expect(out.match(/^problem: object sha256:[0-9a-f]{64} is damaged/gm)).toHaveLength(2)
  expect(out).toContain(digest)
})

test('an object that the log names and is not stored is found', async () => {
  change('DELETE FROM blobs')
  const { code, out } = await yesterday(root, 'fsck', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out).problems).toHaveLength(7)
})

test('an entry that cannot be read is found', async () => {
  change("UPDATE log SET body = '{' WHERE seq = 3")
  const { code, out } = await yesterday(root, 'fsck')
  expect(code).toBe(1)
  expect(out).toContain('entry 3 of the log cannot be read')
})

test('an index that lost its edges is found and rebuilt', async () => {
  const before = await yesterday(root, 'slice', ids.reader, '--json')
  change('DELETE FROM edges; DELETE FROM names')
  expect((await yesterday(root, 'slice', ids.reader, '--json')).out).not.toBe(before.out)
  const checked = await yesterday(root, 'fsck', '--json')
  expect(checked.code).toBe(1)
  expect(JSON.parse(checked.out).problems).toHaveLength(2)
  const mended = await yesterday(root, 'fsck', '--rebuild', '--json')
  expect(mended.code).toBe(0)
  expect(JSON.parse(mended.out)).toMatchObject({ rebuilt: 14 + ENDED })
  expect(await yesterday(root, 'slice', ids.reader, '--json')).toEqual(before)
})

test('a folder without a history is refused, and none is made', async () => {
  const folder = await newFolder()
  expect(await yesterday(folder, 'fsck', '--rebuild')).toMatchObject({ code: 1, out: '' })
  expect(await readdir(folder)).toEqual([])
  await rm(folder, { recursive: true, maxRetries: 5 })
})

describe('a damaged database', () => {
  const zero = async (page: number) => {
    change('PRAGMA wal_checkpoint(TRUNCATE)')
    const { database } = storePaths(root)
    const bytes = await readFile(database)
    bytes.fill(0, (page - 1) * 4096, page * 4096)
    await writeFile(database, bytes)
  }
  const rootPage = (table: string): number => {
    const db = new DatabaseSync(storePaths(root).database)
    const row = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)
    db.close()
    return Number(row?.rootpage)
  }

  test('is refused with what can be done, which then helps', async () => {
    await zero(1)
    const checked = await yesterday(root, 'fsck')
    expect(checked).toMatchObject({ code: 1, out: '' })
    expect(checked.err).toContain('yesterday fsck --salvage')
    const rebuilt = await yesterday(root, 'fsck', '--rebuild')
    expect(rebuilt).toMatchObject({ code: 1, out: '' })
    expect(rebuilt.err).toContain('more than the index is damaged')
    const salvaged = await yesterday(root, 'fsck', '--salvage', '--json')
    expect(salvaged.code).toBe(0)
    const report = JSON.parse(salvaged.out)
    expect(report).toMatchObject({
      problems: [],
      rebuilt: null,
      salvaged: { kept: { entries: 14, runs: 5 }, lost: { entries: [], objects: [] }, unverified: [] },
    })
    expect(await readdir(join(storePaths(root).folder, report.salvaged.aside))).toContain('history.db')
    expect((await yesterday(root, 'show', ids.plot)).code).toBe(0)
  })

  test('whose index alone is damaged is rebuilt, and loses nothing', async () => {
    const before = await yesterday(root, 'slice', ids.reader, '--json')
    await zero(rootPage('runs'))
    expect((await yesterday(root, 'fsck')).code).toBe(1)
    const rebuilt = await yesterday(root, 'fsck', '--rebuild', '--json')
    expect(rebuilt.code).toBe(0)
    expect(JSON.parse(rebuilt.out)).toMatchObject({ rebuilt: 14, problems: [], salvaged: null })
    expect(await yesterday(root, 'slice', ids.reader, '--json')).toEqual(before)
  })

  test('of a folder that is served is left alone', async () => {
    await zero(1)
    const lock = await ServerLock.take(root, '127.0.0.1')
    const refused = await yesterday(root, 'fsck', '--salvage')
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain('Stop the server')
    if (lock instanceof ServerLock) lock.release()
  })

  test('does not keep the server from starting, if that is wanted', async () => {
    await zero(1)
    const open = () => openStore({ root })
    const said: string[] = []
    const start = { root, beside: false, say: (line: string) => void said.push(line) }
    await expect(openOrBeginBeside({ ...start, ask: async () => false }, open)).rejects.toMatchObject({
      hint: expect.stringMatching(/fsck --salvage[\s\S]*serve .* --beside/),
    })
    const store = await openOrBeginBeside({ ...start, ask: async () => true }, open)
    expect((await store.check()).problems).toEqual([])
    await store.close()
    expect(said.join()).toMatch(/A new history begins. The damaged one is kept in .yesterday\/damaged-/)
    expect((await yesterday(root, 'fsck')).code).toBe(0)
  })

  test('that is empty, with a WAL or objects beside it, is not taken for a new one', async () => {
    const store = await openStore({ root })
    await store.objects.put(new Uint8Array(20_000))
    await store.close()
    change('PRAGMA wal_checkpoint(TRUNCATE)')
    const before = await readFile(storePaths(root).database)
    for (const damage of [(path: string) => truncate(path), (path: string) => rm(path)]) {
      await damage(storePaths(root).database)
      await expect(openStore({ root })).rejects.toMatchObject({ code: 'damaged' })
      expect((await yesterday(root, 'fsck')).err).toContain('yesterday fsck --salvage')
      await writeFile(storePaths(root).database, before)
    }
  })
})
