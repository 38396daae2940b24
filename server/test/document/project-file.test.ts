/** Files that are not opened: each is refused with its reason, and none is read that lies outside or is hidden. */

import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { type Disk, digestOf, nodeDisk } from '../../src/document/disk.ts'
import { defineRoots, readForm } from '../../src/document/document-form.ts'
import { applyInTurns } from '../../src/document/in-turns.ts'
import { readNotebook } from '../../src/document/ipynb-read.ts'
import { saysSame } from '../../src/document/ipynb-write.ts'
import { fileText } from '../../src/document/notebook-file.ts'
import { loadFile } from '../../src/document/project-file.ts'
import { MAX_READ_HERE, readWhereFits } from '../../src/document/read-apart.ts'

const notebook = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 })
const limit = 128 * 1024 * 1024
/** Where the system lets everybody read and link everything, there is nothing to refuse. */
const isUnixUser = process.platform !== 'win32' && process.getuid?.() !== 0

let folder = ''
let root = ''
const readPaths: string[] = []
const disk: Disk = {
  ...nodeDisk,
  read: (path) => {
    readPaths.push(path)
    return nodeDisk.read(path)
  },
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yesterday-paths-'))
  root = join(folder, 'project')
  readPaths.length = 0
  await mkdir(join(root, 'below', '.hidden'), { recursive: true })
  await mkdir(join(folder, 'project-beside'))
  for (const path of [
    'project/a.ipynb',
    'project/below/.hidden/b.ipynb',
    'project/.c.ipynb',
    'project-beside/d.ipynb',
    'e.ipynb',
  ]) {
    await writeFile(join(folder, path), notebook)
  }
})

afterEach(() => rm(folder, { recursive: true, maxRetries: 5 }))

const load = (path: string) => loadFile(disk, root, path, limit)
const refusal = async (path: string): Promise<unknown> => {
  const loaded = await load(path)
  return loaded.ok ? 'opened' : [loaded.refusal.status, loaded.refusal.code]
}

test.each([
  '',
  '../e.ipynb',
  'below/../../e.ipynb',
  '/etc/passwd',
  '.c.ipynb',
  'below/.hidden/b.ipynb',
  '..\\e.ipynb',
  'a\0.ipynb',
])('the path %j is refused before the disk is asked', async (path) => {
  expect(await refusal(path)).toEqual([403, 'badPath'])
  expect(readPaths).toEqual([])
})

test('what is missing, a folder, or below a file is refused for what it is', async () => {
  expect(await refusal('none.ipynb')).toEqual([404, 'missing'])
  expect(await refusal('a.ipynb/b.ipynb')).toEqual([404, 'missing'])
  expect(await refusal('below')).toEqual([422, 'notNotebook'])
})

test.skipIf(process.platform === 'win32')(
  'links lead neither outside nor to what is hidden; one inside is followed',
  async () => {
    await symlink('../e.ipynb', join(root, 'out.ipynb'))
    await symlink('../project-beside', join(root, 'beside'))
    await symlink('below/.hidden/b.ipynb', join(root, 'in-hidden.ipynb'))
    await symlink('a.ipynb', join(root, 'link.ipynb'))
    await symlink('loop.ipynb', join(root, 'loop.ipynb'))
    expect(await refusal('out.ipynb')).toEqual([403, 'outside'])
    expect(await refusal('beside/d.ipynb')).toEqual([403, 'outside'])
    expect(await refusal('in-hidden.ipynb')).toEqual([403, 'hidden'])
    expect(await refusal('loop.ipynb')).toEqual([404, 'missing'])
    expect(readPaths).toEqual([])
    expect(await refusal('link.ipynb')).toBe('opened')
  },
)

test.skipIf(!isUnixUser)(
  'a file without permission to read is refused; one without permission to write opens for reading',
  async () => {
    await chmod(join(root, 'a.ipynb'), 0o400)
    expect(await load('a.ipynb')).toMatchObject({ ok: true, writable: false })
    await chmod(join(root, 'a.ipynb'), 0o000)
    expect(await refusal('a.ipynb')).toEqual([403, 'forbidden'])
  },
)

test('a file of 200 MB is refused by its size alone, and says what to do', async () => {
  await truncate(join(root, 'a.ipynb'), 200_000_000)
  const loaded = await load('a.ipynb')
  expect(loaded).toMatchObject({
    ok: false,
    refusal: {
      status: 413,
      code: 'tooLarge',
      message: 'This notebook has 191 MiB; up to 128 MiB can be opened. Clear its outputs first.',
    },
  })
  expect(readPaths).toEqual([])
})

test('an error of the disk for want of permission is a refusal, also for root', async () => {
  const read = (): Promise<never> => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }))
  const loaded = await loadFile({ ...nodeDisk, read }, root, 'a.ipynb', limit)
  expect(loaded).toMatchObject({ ok: false, refusal: { status: 403, code: 'forbidden' } })
})

const large = (source: string): Buffer => {
  const cell = { cell_type: 'markdown', id: 'one', source, metadata: { big: 'x'.repeat(MAX_READ_HERE) } }
  return Buffer.from(JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }))
}

test.each([
  ['a notebook', large('text')],
  ['one that is cut off', large('text').subarray(0, -1)],
  ['one that nests very deeply', Buffer.from('['.repeat(MAX_READ_HERE + 1))],
])('%s of more than 1 MiB is read on another thread, to the same answer', async (_, bytes) => {
  let reads = 0
  const read = await readWhereFits(async () => {
    reads++
    return Uint8Array.from(bytes)
  })
  expect(reads).toBe(1)
  const here = readNotebook(bytes)
  expect(read).toEqual(here.ok ? { ...here, digest: digestOf(bytes), seed: expect.anything() } : here)
  if (!read.ok || read.seed === null) return
  for (const updates of [[read.seed.whole], read.seed.pieces]) {
    const doc = new Y.Doc()
    defineRoots(doc)
    await applyInTurns(doc, updates, null)
    expect(saysSame(read.file, readForm(doc))).toBe(true)
  }
})

test('a notebook of many cells and large outputs comes over from the thread whole', async () => {
  const picture = (n: number): string => Buffer.alloc(9000, n).toString('base64')
  const cells = Array.from({ length: 1500 }, (_, n) => ({
    cell_type: 'code',
    id: `c${n}`,
    source: `x = ${n}`,
    metadata: {},
    outputs:
      n % 10 === 0 ? [{ output_type: 'display_data', data: { 'image/png': picture(n) }, metadata: {} }] : [],
    execution_count: n,
  }))
  const bytes = Buffer.from(JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }))
  const read = await readWhereFits(async () => Uint8Array.from(bytes))
  const here = readNotebook(bytes)
  if (!read.ok || !here.ok) throw new Error('it can be read')
  expect([...fileText(read.file)].join('')).toBe(bytes.toString())
  expect(read.file).toEqual(here.file)
  const base64 = (values: ReadonlyMap<string, Uint8Array>): unknown =>
    [...values].map(([digest, value]) => [digest, Buffer.from(value).toString('base64')])
  expect(base64(read.large)).toEqual(base64(here.large))
})

test('the thread itself answers, without help from this one', async () => {
  const bytes = large('text')
  const thread = new Worker(new URL('../../src/document/read-thread.ts', import.meta.url), {
    workerData: { bytes, secrets: null },
  })
  const [head]: unknown[] = await once(thread, 'message')
  expect(head).toMatchObject({ type: 'head', digest: digestOf(bytes) })
  thread.postMessage('next')
  const [cells]: unknown[] = await once(thread, 'message')
  const here = readNotebook(bytes)
  expect(cells).toMatchObject({ type: 'cells', cells: here.ok ? here.file.form.cells : [] })
  await thread.terminate()
})
