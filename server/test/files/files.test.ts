import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeEach, expect, test } from 'vitest'
import { versionOf } from '../../src/disk/file-version.ts'
import { Files } from '../../src/files/files.ts'
import { list } from '../../src/files/listing.ts'
import { locate } from '../../src/files/locate.ts'
import { upload } from '../../src/files/upload.ts'

let root = ''
let followed: string[] = []
let files: Files
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-files-')))
  followed = []
  files = new Files(root, {
    open: async (path) => ({ ok: false, refusal: { code: 'none', status: 404, message: path } }),
    save: async () => {},
    moved: async (from, to) => void followed.push(`${from} → ${to}`),
    removed: async (path) => void followed.push(`${path} gone`),
  })
})
const code = (done: { ok: boolean; refusal?: { code: string } }) => (done.ok ? 'ok' : done.refusal?.code)

test('new notebooks take free names and are valid', async () => {
  const names = []
  for (let n = 0; n < 3; n++) {
    const done = await files.perform({ type: 'newNotebook', folder: '' })
    names.push(done.ok && done.entry?.name)
  }
  expect(names).toEqual(['Untitled.ipynb', 'Untitled 1.ipynb', 'Untitled 2.ipynb'])
  expect(JSON.parse(readFileSync(join(root, 'Untitled.ipynb'), 'utf8'))).toMatchObject({
    nbformat: 4,
    cells: [],
  })
})

test('a move never replaces, and open notebooks are notified', async () => {
  writeFileSync(join(root, 'a.txt'), 'a')
  writeFileSync(join(root, 'b.txt'), 'b')
  expect(code(await files.perform({ type: 'move', from: 'a.txt', to: 'b.txt' }))).toBe('exists')
  expect(readFileSync(join(root, 'b.txt'), 'utf8')).toBe('b')
  expect(code(await files.perform({ type: 'move', from: 'a.txt', to: 'c.txt' }))).toBe('ok')
  expect(followed).toEqual(['a.txt → c.txt'])
  mkdirSync(join(root, 'd'))
  expect(code(await files.perform({ type: 'move', from: 'd', to: 'd/e' }))).toBe('intoItself')
  expect(code(await files.perform({ type: 'move', from: 'gone', to: 'x' }))).toBe('missing')
  expect(code(await files.perform({ type: 'move', from: 'c.txt', to: 'n'.repeat(300) }))).toBe('nameTooLong')
})

test('what is trashed lies in the trash beside its manifest', async () => {
  writeFileSync(join(root, 'a.txt'), 'precious')
  expect(code(await files.discard('a.txt'))).toBe('ok')
  expect(existsSync(join(root, 'a.txt'))).toBe(false)
  const [slot = ''] = readdirSync(join(root, '.yesterday/trash'))
  const trashed = join(root, '.yesterday/trash', slot)
  expect(readFileSync(join(trashed, 'content/a.txt'), 'utf8')).toBe('precious')
  expect(JSON.parse(readFileSync(join(trashed, 'manifest.json'), 'utf8')).path).toBe('a.txt')
  expect(followed).toEqual(['a.txt gone'])
})

test('copies find a free name', async () => {
  writeFileSync(join(root, 'a.txt'), 'a')
  const done = await files.perform({ type: 'copy', from: 'a.txt' })
  expect(done.ok && done.entry?.name).toBe('a 1.txt')
  expect(code(await files.perform({ type: 'copy', from: 'a.txt', to: 'a 1.txt' }))).toBe('exists')
})

test('links out of the root, a look-alike neighbour and hidden files stay closed', async () => {
  mkdirSync(join(root, '.yesterday'))
  mkdirSync(`${root}-neighbour`)
  symlinkSync(`${root}-neighbour`, join(root, 'out'))
  symlinkSync(join(root, '.yesterday'), join(root, 'inner'))
  for (const path of ['out', 'inner', '.yesterday', 'a/.b', '../x']) {
    expect([path, code(await locate(root, path))]).toEqual([path, 'notServed'])
  }
  const listed = await list(root, '')
  expect(listed.ok && listed.entries).toEqual([])
})

test('a version is overwritten only while it is on disk, and keeps its mode', async () => {
  const path = 'run.sh'
  const of = (text: string, was: string | null) => ({
    path,
    stream: Readable.from([Buffer.from(text)]),
    length: null,
    overwrite: true,
    was,
  })
  writeFileSync(join(root, path), 'one', { mode: 0o755 })
  const saved = await upload(root, of('two', versionOf(statSync(join(root, path), { bigint: true }))))
  expect(saved.ok && statSync(join(root, path)).mode & 0o777).toBe(0o755)
  const { version } = saved.ok ? saved.entry : { version: null }
  writeFileSync(join(root, path), 'by another program')
  expect(code(await upload(root, of('three', version)))).toBe('changed')
  rmSync(join(root, path))
  expect(code(await upload(root, of('three', version)))).toBe('changed')
  expect(readdirSync(root)).toEqual([])
})

test('an upload appears whole or not at all', async () => {
  const of = (text: string) => ({
    path: 'u.txt',
    stream: Readable.from([Buffer.from(text)]),
    length: null,
    overwrite: false,
  })
  expect(code(await upload(root, { ...of('too long'), limit: 3 }))).toBe('tooLarge')
  expect(readdirSync(root)).toEqual([])
  expect(code(await upload(root, of('one')))).toBe('ok')
  expect(code(await upload(root, of('two')))).toBe('exists')
  expect(code(await upload(root, { ...of('three'), overwrite: true }))).toBe('ok')
  expect(readFileSync(join(root, 'u.txt'), 'utf8')).toBe('three')
  expect(readdirSync(root)).toEqual(['u.txt'])
})

/** The names of what is in the trash, newest first. */
const inTrash = async () => (await files.trashed()).map(({ path, type }) => [path, type])
const itemOf = async (path: string) =>
  (await files.trashed()).find((one) => one.path === path)?.item ?? expect.fail(`${path} is not in the trash`)

test('what was deleted is listed and put back where it was, with its folders, under a free name', async () => {
  mkdirSync(join(root, 'a/b'), { recursive: true })
  writeFileSync(join(root, 'a/b/x.csv'), 'old')
  writeFileSync(join(root, 'y.txt'), 'first')
  symlinkSync('y.txt', join(root, 'link'))
  for (const path of ['a/b/x.csv', 'a', 'y.txt', 'link']) expect(code(await files.discard(path))).toBe('ok')
  expect(await inTrash()).toEqual([
    ['link', 'file'],
    ['y.txt', 'file'],
    ['a', 'folder'],
    ['a/b/x.csv', 'file'],
  ])
  writeFileSync(join(root, 'y.txt'), 'second')
  const back = await files.putBack(await itemOf('y.txt'), 'y.txt')
  expect(back).toMatchObject({ ok: true, entry: { path: 'y 1.txt' } })
  expect([readFileSync(join(root, 'y.txt'), 'utf8'), readFileSync(join(root, 'y 1.txt'), 'utf8')]).toEqual([
    'second',
    'first',
  ])
  expect(code(await files.putBack(await itemOf('a/b/x.csv'), 'a/b/x.csv'))).toBe('ok')
  expect(readFileSync(join(root, 'a/b/x.csv'), 'utf8')).toBe('old')
  expect(await files.putBack(await itemOf('a'), 'a')).toMatchObject({ ok: true, entry: { path: 'a 1' } })
  expect(existsSync(join(root, 'a 1/b'))).toBe(true)
  expect(code(await files.putBack(await itemOf('link'), 'link'))).toBe('ok')
  expect(readFileSync(join(root, 'link'), 'utf8')).toBe('second')
  expect(await inTrash()).toEqual([])
})

test('a thing is put back by its own path alone, and removed for good once', async () => {
  writeFileSync(join(root, 'y.txt'), '1')
  await files.discard('y.txt')
  const item = await itemOf('y.txt')
  expect(code(await files.putBack(item, 'other.txt'))).toBe('missing')
  expect(code(await files.putBack('../../etc', 'y.txt'))).toBe('missing')
  expect(await files.removeTrashed('../..')).toMatchObject({ code: 'missing' })
  expect(await files.removeTrashed(item)).toBeNull()
  expect(await files.removeTrashed(item)).toMatchObject({ code: 'missing' })
  expect(code(await files.putBack(item, 'y.txt'))).toBe('missing')
})

test('what a hostile folder has in place of the trash is not listed, and nothing follows it outside', async () => {
  const slot = join(root, '.yesterday/trash/2026-01-01T00-00-00.000Z-abcdef')
  mkdirSync(join(slot, 'content'), { recursive: true })
  writeFileSync(join(slot, 'content/passwd'), 'x')
  const manifest = (path: unknown) =>
    writeFileSync(join(slot, 'manifest.json'), JSON.stringify({ path, trashed: '2026-01-01T00:00:00.000Z' }))
  for (const path of ['../passwd', '/etc/passwd', '.ssh/../../passwd', 7]) {
    manifest(path)
    expect(await inTrash()).toEqual([])
  }
  manifest('.hidden/passwd')
  const [hidden] = await files.trashed()
  if (hidden !== undefined) expect(code(await files.putBack(hidden.item, hidden.path))).not.toBe('ok')
  writeFileSync(join(slot, 'manifest.json'), 'x'.repeat(20_000))
  expect(await inTrash()).toEqual([])
  expect(existsSync(join(root, '.hidden'))).toBe(false)
})
