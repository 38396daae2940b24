/** `fsck` finds each kind of damage, and mends the index. */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { storePaths } from '../../src/store/project-folder.ts'
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

test('all is well where all is well, and nothing is changed', async () => {
  const said = await yesterday(root, 'fsck', '--json')
  expect(said).toMatchObject({ code: 0, err: '' })
  expect(JSON.parse(said.out)).toEqual({ objects: 7, entries: 14, problems: [], rebuilt: null })
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

test('an object that the log names and nobody keeps is found', async () => {
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

test('an index that lost its edges is found and made anew', async () => {
  const before = await yesterday(root, 'slice', ids.reader, '--json')
  change('DELETE FROM edges; DELETE FROM names')
  expect((await yesterday(root, 'slice', ids.reader, '--json')).out).not.toBe(before.out)
  const told = await yesterday(root, 'fsck', '--json')
  expect(told.code).toBe(1)
  expect(JSON.parse(told.out).problems).toHaveLength(2)
  const mended = await yesterday(root, 'fsck', '--rebuild', '--json')
  expect(mended.code).toBe(0)
  expect(JSON.parse(mended.out)).toMatchObject({ rebuilt: 14 })
  expect(await yesterday(root, 'slice', ids.reader, '--json')).toEqual(before)
})

test('a folder without a history is refused, and none is made', async () => {
  const folder = await newFolder()
  expect(await yesterday(folder, 'fsck', '--rebuild')).toMatchObject({ code: 1, out: '' })
  expect(await readdir(folder)).toEqual([])
  await rm(folder, { recursive: true, maxRetries: 5 })
})
