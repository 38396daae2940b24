/** A backup while programs write: it is whole, sound, for its owner alone, restorable, and replaces nothing. */
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { trustWorkspace } from '../../src/user/workspace.ts'
import { ended, queued } from '../store/entries.ts'
import { list } from '../store/given.ts'
import { fill, ids, newFolder, yesterday } from './program.ts'

const LARGE = new Uint8Array(50_000).fill(5)

let parent: string
let root: string
let store: Store
beforeEach(async () => {
  parent = await newFolder()
  root = join(parent, 'project')
  await mkdir(root)
  await fill(root)
  store = await openStore({ root })
})
afterEach(async () => {
  await store.close()
  await rm(parent, { recursive: true, force: true, maxRetries: 5 })
})

async function record(run: string): Promise<void> {
  await store.objects.put(Buffer.from(`# ${run}`))
  await store.runs.append([queued(run, '5e551011'), ended(run, 9)])
}

test('it has all that was recorded before, while a program goes on recording', async () => {
  await store.objects.put(LARGE)
  await record('before')
  let isOver = false
  const writing = (async () => {
    for (let n = 0; !isOver; n++) await record(`during${n}`)
  })()
  const backup = join(parent, 'copy')
  const { code, out, err } = await yesterday(root, 'backup', backup)
  isOver = true
  await writing
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/of the backup: all is well/)
  const checked = await yesterday(parent, 'fsck', '--root', backup)
  expect(checked.out).toContain('the index: all is well')
  expect((await yesterday(parent, 'show', 'before', '--root', backup)).code).toBe(0)
})

test('it is restored by a copy, and goes on', async () => {
  const large = await store.objects.put(LARGE)
  await record('before')
  const entries = await list(store.runs.read())
  expect((await yesterday(root, 'backup', join(parent, 'copy'))).code).toBe(0)
  const restored = join(parent, 'restored')
  await cp(join(parent, 'copy'), restored, { recursive: true })
  trustWorkspace(storePaths(restored).folder)
  const again = await openStore({ root: restored })
  try {
    expect(await list(again.runs.read())).toEqual(entries)
    expect(new Uint8Array((await again.objects.get(large)) ?? [])).toEqual(LARGE)
    expect(await again.index.receipt(ids.plot)).toEqual(await store.index.receipt(ids.plot))
    await again.runs.append([ended(ids.waiting, 7)])
    expect((await again.check()).problems).toEqual([])
  } finally {
    await again.close()
  }
})

test('spooled records are in it, keys of kernels and the signature of the folder are not', async () => {
  const { folder } = storePaths(root)
  const kernel = join(folder, 'kernels', 'k1')
  await mkdir(join(kernel, 'spool'), { recursive: true })
  await writeFile(join(kernel, 'connection.json'), '{"key":"secret"}')
  await writeFile(join(kernel, 'spool', 'run.frames'), 'frames')
  await mkdir(join(folder, 'trash'), { mode: 0o755 })
  await writeFile(join(folder, 'trash', 'thrown away'), 'x', { mode: 0o644 })
  const backup = join(parent, 'copy')
  expect((await yesterday(root, 'backup', backup)).code).toBe(0)
  const found = await readdir(backup, { recursive: true, withFileTypes: true })
  const files = found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(backup, join(parentPath, name)))
  expect(files.filter((name) => !name.includes('objects')).toSorted()).toEqual(
    ['.gitignore', 'history.db', 'kernels/k1/spool/run.frames', 'trash/thrown away']
      .map((name) => join('.yesterday', name))
      .toSorted(),
  )
  if (process.platform === 'win32') return
  for (const entry of found) {
    const { mode } = await stat(join(entry.parentPath, entry.name))
    expect(mode & 0o777, entry.name).toBe(entry.isDirectory() ? 0o700 : 0o600)
  }
})

test.each(['file', 'folder'])('a %s that is there is not replaced', async (kind) => {
  const target = join(parent, 'taken')
  const inside = kind === 'file' ? target : join(target, 'mine')
  if (kind === 'folder') await mkdir(target)
  await writeFile(inside, 'mine')
  const { code, err } = await yesterday(root, 'backup', target)
  expect(code).toBe(1)
  expect(err).toContain('is there already')
  expect(await readFile(inside, 'utf8')).toBe('mine')
  expect(await readdir(parent)).toEqual(['project', 'taken'])
})

test('it does not go into the history itself', async () => {
  const { code, err } = await yesterday(root, 'backup', join(root, '.yesterday', 'copy'))
  expect(code).toBe(1)
  expect(err).toContain('is inside of the history')
})

test('what the history lacks is said, and the rest is kept', async () => {
  const large = await store.objects.put(LARGE)
  await store.runs.append([queued('lacking', '5e551011', { sourceDigest: large })])
  await rm(storePaths(root).objects, { recursive: true })
  const { code, out } = await yesterday(root, 'backup')
  expect(code).toBe(1)
  expect(out).toContain(`problem: `)
  expect(out).toContain(large)
  const [backup] = (await readdir(parent)).filter((name) => name.startsWith('project-backup-'))
  expect((await yesterday(parent, 'show', ids.plot, '--root', join(parent, backup ?? ''))).code).toBe(0)
})
