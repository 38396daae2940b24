/** What a replay wrote reaches the disk only by its name, whole, and never over what changed meanwhile. */
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyWritten } from '../../src/replay/apply.ts'
import type { Written } from '../../src/replay/isolation/isolation.ts'
import { KeptWrites } from '../../src/replay/kept-writes.ts'
import { isRefused } from '../../src/replay/targets.ts'
import { secretsOf } from '../../src/secrets/secrets.ts'

let [folder, root] = ['', '']

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ys-apply-')))
  root = join(folder, 'project')
  await mkdir(join(root, '.yesterday'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A file as a replay wrote it, beside how it is on disk. */
async function written(name: string, change: Written['change'], bytes = 'new'): Promise<Written> {
  const [path, bytesAt] = [join(root, name), join(folder, `layer-${name.replaceAll('/', '-')}`)]
  if (change !== 'deleted') await writeFile(bytesAt, bytes)
  const facts = await lstat(path).catch(() => null)
  return {
    name,
    path,
    change,
    size: change === 'deleted' ? null : bytes.length,
    sizeOnDisk: facts?.size ?? null,
    digest: change === 'deleted' ? null : 'sha256:ab',
    kept: true,
    bytesAt: change === 'deleted' ? null : bytesAt,
    before: facts && { size: facts.size, mtimeMs: facts.mtimeMs },
  }
}
const text = (name: string) => readFile(join(root, name), 'utf8')

test('a named file is created or changed, with the mode that it had, and nothing else is', async () => {
  await writeFile(join(root, 'a.txt'), 'old')
  await chmod(join(root, 'a.txt'), 0o640)
  const files = [
    await written('a.txt', 'changed'),
    await written('deep/b.txt', 'created'),
    await written('c.txt', 'created'),
  ]
  expect(await applyWritten(root, files, ['a.txt', 'deep'])).toEqual([
    { name: 'a.txt', isApplied: true, why: null },
    { name: 'deep/b.txt', isApplied: true, why: null },
  ])
  expect([await text('a.txt'), await text('deep/b.txt')]).toEqual(['new', 'new'])
  expect((await lstat(join(root, 'a.txt'))).mode & 0o777).toBe(0o640)
  expect((await readdir(root)).sort()).toEqual(['.yesterday', 'a.txt', 'deep'])
})

test('what was deleted goes to the trash', async () => {
  await writeFile(join(root, 'a.txt'), 'old')
  const [applied] = await applyWritten(root, [await written('a.txt', 'deleted')], ['a.txt'])
  expect(applied?.isApplied).toBe(true)
  expect(await readdir(root)).toEqual(['.yesterday'])
  expect(await readdir(join(root, '.yesterday', 'trash'))).toHaveLength(1)
})

test('what changed on disk meanwhile is left alone', async () => {
  await writeFile(join(root, 'a.txt'), 'old')
  const files = [await written('a.txt', 'changed'), await written('b.txt', 'created')]
  await writeFile(join(root, 'a.txt'), 'mine, and later')
  await writeFile(join(root, 'b.txt'), 'mine')
  const applied = await applyWritten(root, files, ['a.txt', 'b.txt'])
  expect(applied.map(({ why }) => why)).toEqual(Array(2).fill('it changed on disk since the replay ended'))
  expect([await text('a.txt'), await text('b.txt')]).toEqual(['mine, and later', 'mine'])
})

test('no link leads out, the history is not written, and what was not written is said', async () => {
  const outside = join(folder, 'outside')
  await mkdir(outside)
  await symlink(outside, join(root, 'linked'))
  const files = [
    await written('linked/a.txt', 'created'),
    await written('linked/deep/b.txt', 'created'),
    await written('.yesterday/key', 'created'),
  ]
  const applied = await applyWritten(root, files, ['linked', '.yesterday/key', 'other.txt'])
  expect(applied.map(({ isApplied }) => isApplied)).toEqual([false, false, false, false])
  expect(await readdir(outside)).toEqual([])
  expect(await readdir(join(root, '.yesterday'))).toEqual([])
})

test('a page applies what was kept, inside of the project only, and what is forgotten is refused', async () => {
  const writes = new KeptWrites(root, secretsOf([]))
  const inside = await written('a.txt', 'created')
  const outside = { ...(await written('b.txt', 'created')), name: '/b.txt', path: join(folder, 'b.txt') }
  expect(await writes.keep('s', [inside, outside])).toEqual(new Set(['a.txt', '/b.txt']))
  await rm(join(folder, 'layer-a.txt'))
  const applied = await writes.apply({ session: 's', files: ['a.txt', '/b.txt'] })
  expect(applied).toMatchObject([{ isApplied: true }, { isApplied: false }])
  expect(await text('a.txt')).toBe('new')
  for (let count = 0; count < 8; count++) await writes.keep(`later-${count}`, [])
  expect(isRefused(await writes.apply({ session: 's', files: ['a.txt'] }))).toBe(true)
  await writes.close()
  expect(await readdir(join(root, '.yesterday', 'scratch'))).toEqual([])
})
