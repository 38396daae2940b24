/** Manifests of folders: what is read of them, what is refused, and how two of them differ. */
import { expect, test } from 'vitest'
import { changeBetween, changeWords, readManifest } from '../../src/store/folder-manifest.ts'

const read = (text: string) => readManifest(new TextEncoder().encode(text))
const member = (name: string, digest = 'sha256:1') => `${name}\t5\t10\t11\t12\t${digest}\n`

test('listings, members that were read, and members that were only listed', () => {
  const manifest = read(
    `yesterday folder 1\t2\n\t*.csv\t*.txt\nin%09ner\n${member('a%09%FF.csv')}${member('b.csv')}inner/\t-\t-\t-\t-\t-\n`,
  )
  expect(manifest?.listings).toEqual([
    { folder: '', patterns: ['*.csv', '*.txt'] },
    { folder: 'in\tner', patterns: [] },
  ])
  expect(manifest?.members).toEqual([
    {
      name: 'a%09%FF.csv',
      read: { size: 5, changed: '10', inodeChanged: '11', inode: '12', digest: 'sha256:1' },
    },
    { name: 'b.csv', read: { size: 5, changed: '10', inodeChanged: '11', inode: '12', digest: 'sha256:1' } },
    { name: 'inner/', read: null },
  ])
  expect(read('yesterday folder 1\t0\n')).toEqual({ listings: [], members: [] })
})

test.each([
  ['nothing', ''],
  ['another first line', 'yesterday folder 2\t0\n'],
  ['fewer lines than announced', 'yesterday folder 1\t2\n\n'],
  ['a line that is cut', 'yesterday folder 1\t0\na.csv\t5\t10\n'],
  ['no end of the last line', 'yesterday folder 1\t0\na\t-\t-\t-\t-\t-'],
  ['a member elsewhere', `yesterday folder 1\t0\n${member('../a')}`],
  ['a member elsewhere, encoded', `yesterday folder 1\t0\n${member('%2e%2e/a')}`],
  ['an absolute member', `yesterday folder 1\t0\n${member('/etc/passwd')}`],
  ['a size that is no number', 'yesterday folder 1\t0\na\tx\t1\t1\t1\tsha256:1\n'],
])('%s is no manifest', (_, text) => {
  expect(read(text)).toBeNull()
})

test('the members that differ are counted, and the first are named', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const was = read(`yesterday folder 1\t0\n${names.map((name) => member(name)).join('')}`)
  const is = read(
    `yesterday folder 1\t0\n${names.slice(0, 4).map((name) => member(name, 'sha256:2'))}${member('f')}`.replaceAll(
      ',',
      '',
    ),
  )
  if (was === null || is === null) throw new Error('not read')
  expect(changeWords(changeBetween(was, is))).toBe(
    '4 of 5 files changed: a, b, c, …; 1 of 5 removed: e; 1 added: f',
  )
  expect(changeWords(changeBetween(was, was))).toBeNull()
})
