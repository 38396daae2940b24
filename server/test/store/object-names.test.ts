/** An untrusted history names objects: no name leads out of the objects' folder. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DocumentId, KernelId, RunId, SessionId } from '../../contract/ids.ts'
import { Agreements } from '../../src/document/agreed.ts'
import { nodeDisk } from '../../src/document/disk.ts'
import { ObjectFiles } from '../../src/store/object-files.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'yesterday-names-'))
  mkdirSync(join(base, 'objects'))
  writeFileSync(join(base, 'thesis.json'), '{}')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const names = ['../thesis', '..', '.', '', '/etc/passwd', 'a/b', 'a\\b', 'a\0', '.git', 'x'.repeat(65)]

test.each(names)('%j is no id', (name) => {
  for (const schema of [RunId, SessionId, KernelId, DocumentId])
    expect(schema.safeParse(name).success).toBe(false)
})

test('a digest that is none names no object', async () => {
  const objects = new ObjectFiles(join(base, 'objects'))
  for (const digest of ['sha256:../thesis.json', 'sha256:..', 'x', `sha256:${'A'.repeat(64)}`]) {
    expect(await objects.get(digest)).toBeNull()
    expect(await objects.has(digest)).toBe(false)
    expect(await objects.size(digest)).toBeNull()
    await objects.remove(digest)
    await expect(objects.put(digest, new Uint8Array())).rejects.toThrow('digest')
  }
  expect(existsSync(join(base, 'thesis.json'))).toBe(true)
})

test('the name of a document leads to no other file', async () => {
  const agreements = new Agreements(nodeDisk, join(base, 'agreed'))
  const form = { nbformat: 4, minor: 5, metadata: {}, cells: [] }
  await expect(agreements.put('../thesis', { digest: 'd', form })).rejects.toThrow('id')
  await expect(agreements.remove('../thesis')).rejects.toThrow('id')
  expect(existsSync(join(base, 'thesis.json'))).toBe(true)
})
