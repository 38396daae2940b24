/** `verify` proves runs from the history, and from a file without one. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
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

test('a run is proven, with what was signed and which objects are there', async () => {
  const { code, out } = await yesterday(root, 'verify', ids.plot.slice(0, 6), '--json')
  const proof = JSON.parse(out)
  expect(code).toBe(0)
  expect(proof).toMatchObject({ run: ids.plot, proven: true, problems: [] })
  expect(proof.entries.map(({ type }: { type: string }) => type)).toEqual(['run-queued', 'run-ended'])
  expect(proof.head).toMatchObject({ entry: 14, isOwn: true, key: expect.stringMatching(/^ed25519:/) })
  expect(proof.objects.map(({ what, state }: Record<string, string>) => [what, state])).toEqual([
    ['source', 'kept'],
    ['output', 'kept'],
  ])
  const text = await yesterday(root, 'verify', ids.plot)
  expect(text.out).toContain(`run ${ids.plot}: proven`)
  expect(text.out).toContain('your key')
})

test('a run whose entry or object was changed is not proven', async () => {
  change(`UPDATE log SET body = replace(body, 'figure.png', 'fogure.png') WHERE body LIKE '%figure.png%'`)
  const changed = await yesterday(root, 'verify', ids.plot)
  expect(changed.code).toBe(1)
  expect(changed.out).toMatch(/NOT PROVEN\nproblem: entry 10 was changed/)
  change("UPDATE blobs SET bytes = x'00'")
  const damaged = await yesterday(root, 'verify', ids.load, '--json')
  expect(damaged.code).toBe(1)
  expect(JSON.parse(damaged.out).problems).toEqual([
    expect.stringMatching(/^the source sha256:.* is damaged$/),
  ])
})

test('an exported proof is checked without the history', async () => {
  const file = join(root, 'proof.json')
  const exported = await yesterday(root, 'verify', ids.plot, '-o', file, '--json')
  const { key } = JSON.parse(exported.out).head
  const elsewhere = await newFolder()
  const verified = await yesterday(elsewhere, 'verify', file, '--key', key, '--json')
  expect(verified.code).toBe(0)
  expect(JSON.parse(verified.out)).toMatchObject({
    run: ids.plot,
    proven: true,
    objects: [{ state: 'unchecked' }, {}],
  })
  const other = await yesterday(elsewhere, 'verify', file, '--key', 'ed25519:other')
  expect(other.code).toBe(1)
  expect(other.out).toContain('not with ed25519:other')
  await writeFile(file, (await readFile(file, 'utf8')).replace('figure.png', 'fogure.png'))
  expect((await yesterday(elsewhere, 'verify', file)).code).toBe(1)
  await writeFile(file, '{}')
  expect(await yesterday(elsewhere, 'verify', file)).toMatchObject({ code: 2, out: '' })
  await rm(elsewhere, { recursive: true })
})

test('what is not there or not over is refused', async () => {
  expect(await yesterday(root, 'verify', 'ffff0000')).toMatchObject({ code: 2, out: '' })
  expect(await yesterday(root, 'verify', ids.waiting)).toMatchObject({ code: 1, out: '' })
  expect(await yesterday(root, 'verify', 'nothing.json')).toMatchObject({ code: 2, out: '' })
})
