/** The drivers as git calls them, in a real repository. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { expectValid } from '../../setup/nbformat-judge.js'

const program = `${process.execPath} ${join(import.meta.dirname, '../../bin/yesterday.js')}`
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yesterday-git-'))
  await git('init', '-q', '-b', 'main')
  for (const [key, words] of [
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.org'],
    ['diff.yesterday.command', `${program} diff-driver`],
    ['merge.yesterday.driver', `${program} merge-driver %O %A %B %L %P`],
  ] as const)
    await git('config', key, words)
  await writeFile(join(folder, '.gitattributes'), '*.ipynb diff=yesterday merge=yesterday\n')
})
afterEach(async () => {
  await expectValid(folder)
  await rm(folder, { recursive: true, force: true })
})

const git = (...words: readonly string[]): Promise<{ readonly code: number; readonly out: string }> =>
  new Promise((resolve) => {
    execFile('git', [...words], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr }),
    )
  })

const write = (...sources: readonly string[]): Promise<void> => {
  const cells = sources.map((source, place) => ({
    cell_type: 'code',
    execution_count: null,
    id: `c${place}`,
    metadata: {},
    outputs: [],
    source,
  }))
  const book = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }
  return writeFile(join(folder, 'a.ipynb'), `${JSON.stringify(book, null, 1)}\n`)
}
const sources = async (): Promise<string[]> => {
  const { cells } = JSON.parse(await readFile(join(folder, 'a.ipynb'), 'utf8'))
  return cells.map(({ source }: { source: string | string[] }) => [source].flat().join(''))
}
const commit = async (): Promise<void> => {
  await git('add', '-A')
  await git('commit', '-qm', 'x')
}

test('git diff shows cells; git merge merges them, and stops at a marked conflict', async () => {
  await write('x = 1', 'y = 1', 'z = 1')
  await commit()
  await git('checkout', '-qb', 'other')
  await write('x = 2', 'y = 1', 'z = 1', 'new')
  expect((await git('diff')).out).toContain('@@ cell 1 (code, c0) changed @@\n-x = 1\n+x = 2')
  await commit()
  await git('checkout', '-q', 'main')
  await write('x = 1', 'y = 1', 'z = 3')
  await commit()
  expect((await git('merge', '-q', 'other')).code).toBe(0)
  expect(await sources()).toEqual(['x = 2', 'y = 1', 'z = 3', 'new'])

  await git('checkout', '-q', 'other')
  await write('x = 2', 'y = 20', 'z = 1', 'new')
  await commit()
  await git('checkout', '-q', 'main')
  await write('x = 2', 'y = 10', 'z = 3', 'new')
  await commit()
  const merged = await git('merge', '-q', 'other')
  expect(merged.code).toBe(1)
  expect(merged.out).toContain('a.ipynb: cell 2 was changed on both sides')
  expect(await sources()).toEqual([
    'x = 2',
    '**`<<<<<<< ours`**',
    'y = 10',
    '**`=======`**',
    'y = 20',
    '**`>>>>>>> theirs`**',
    'z = 3',
    'new',
  ])
  expect((await git('status', '--short')).out).toContain('UU a.ipynb')
})
