/** What a replay wrote is shown by lines, masked and bounded, and only where it is a text that a person may see. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sayIn } from '../../contract/words.ts'
import { writtenDiffLines } from '../../src/cli/replay-text.ts'
import type { Written } from '../../src/replay/isolation/isolation.ts'
import { KeptWrites } from '../../src/replay/kept-writes.ts'
import { diffWritten } from '../../src/replay/written-diff.ts'
import { secretsOf } from '../../src/secrets/secrets.ts'

let [folder, root] = ['', '']

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ys-diff-')))
  root = join(folder, 'project')
  await mkdir(root)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Bytes = string | Uint8Array | null

/** A file on disk, and as a replay wrote it; null where there is none. */
async function written(name: string, before: Bytes, after: Bytes): Promise<Written> {
  const [path, bytesAt] = [join(root, name), join(folder, 'layer')]
  if (before !== null) await writeFile(path, before)
  if (after !== null) await writeFile(bytesAt, after)
  return {
    ...{ name, path, size: after?.length ?? null, sizeOnDisk: before?.length ?? null, digest: 'sha256:ab' },
    change: after === null ? 'deleted' : before === null ? 'created' : 'changed',
    kept: true,
    bytesAt: after === null ? null : bytesAt,
    before: null,
  }
}

const secret = 'kX82hsPq0vL7zzTw'
const diff = (file: Written, insideOnly = true) =>
  diffWritten(file, { root, mask: (text) => text.replaceAll(secret, '••••'), insideOnly })
const signs = { same: ' ', removed: '-', added: '+' }
const shown = async (name: string, before: Bytes, after: Bytes) => {
  const { parts, rest, why } = await diff(await written(name, before, after))
  return { parts: parts.map((part) => part.map(({ type, text }) => signs[type] + text)), rest, why }
}
const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}\n`).join('')

test('changes are shown with the lines around them', async () => {
  const before = numbers(30)
  const after = before.replace('2\n', 'two\n').replace('\n20\n', '\n')
  expect(await shown('a.txt', before, after)).toEqual({
    parts: [
      [' 0', ' 1', '-2', '+two', ' 3', ' 4', ' 5'],
      [' 17', ' 18', ' 19', '-20', ' 21', ' 22', ' 23'],
    ],
    rest: 0,
    why: null,
  })
})

test('a new file is added as a whole, a deleted one removed, and what is long is counted', async () => {
  expect((await shown('a.txt', null, 'x\ny\n')).parts).toEqual([['+x', '+y']])
  expect((await shown('b.txt', 'x\ny', null)).parts).toEqual([['-x', '-y']])
  const long = await shown('c.txt', null, numbers(1000))
  expect([long.parts.flat().length, long.rest]).toEqual([200, 800])
  const spread = await shown('d.txt', numbers(2000), numbers(2000).replaceAll(/0\n/g, 'o\n'))
  expect(spread.parts.flat().length).toBe(200)
  expect(spread.rest).toBeGreaterThan(200)
  expect((await shown('e.txt', null, 'x'.repeat(9000))).parts.flat()[0]).toHaveLength(2002)
})

test('secrets are masked, and files that keep them are not shown', async () => {
  const { parts } = await shown('a.txt', 'key\n', `key ${secret}\n`)
  expect(parts).toEqual([['-key', '+key ••••', ' ']])
  expect((await shown('b.txt', secret, '••••')).why).toContain('masked secrets')
  expect((await shown('.env', 'A=1', 'A=2')).why).toContain('keeps secrets')
})

test('what is no text, too large, reached by a link, elsewhere or gone is not shown, and why', async () => {
  expect((await shown('a.bin', 'a', Uint8Array.of(0, 1, 2))).why).toBe('it is no text')
  expect((await shown('b.bin', Uint8Array.of(0xff, 0xfe), 'a')).why).toBe('it is no text')
  expect((await shown('c.txt', 'a', 'a'.repeat(256 * 1024 + 1))).why).toBe('it is larger than 256 KiB')
  expect((await diff(await written('../d.txt', 'a', 'b'))).why).toContain('outside of the project')
  expect((await diff(await written('../d.txt', 'a', 'b'), false)).why).toBeNull()
  await writeFile(join(folder, 'private'), 'private')
  await symlink(join(folder, 'private'), join(root, 'link'))
  const file = await written('e.txt', 'a', 'b')
  expect((await diff({ ...file, path: join(root, 'link') })).why).toBe('it is reached by a link')
  await rm(file.path)
  expect((await diff(file)).why).toBe('it cannot be read')
})

test('a terminal shows the parts, how much is left out, and why there is no diff', () => {
  const line = (text: string) => [{ type: 'added' as const, text }]
  const diffs = new Map([
    ['a.txt', { parts: [line('x\u001b[2J'), line('y')], rest: 7, why: null }],
    ['b.bin', { parts: [], rest: 0, why: 'it is no text' }],
  ])
  const lines = writtenDiffLines(diffs, sayIn.en)
  expect(lines.filter((one) => one.startsWith('  + ') || one === '  @@')).toEqual([
    expect.any(String),
    '  @@',
    '  + y',
  ])
  expect(lines.join('\n')).not.toContain('\u001b')
  expect(lines).toEqual(
    expect.arrayContaining(['a.txt', '    … 7 more lines', 'b.bin: No diff: it is no text']),
  )
})

test('kept files can be compared, and others are refused', async () => {
  const writes = new KeptWrites(root, secretsOf([secret]))
  await writes.keep('s', [await written('a.txt', 'old', `new ${secret}`)])
  const found = await writes.diff({ session: 's', file: 'a.txt' })
  expect(found).toMatchObject({ parts: [[{ type: 'removed', text: 'old' }, { type: 'added' }]], why: null })
  expect(JSON.stringify(found)).not.toContain(secret)
  expect(await writes.diff({ session: 's', file: 'b.txt' })).toMatchObject({ refused: { code: 'missing' } })
  expect(await writes.diff({ session: 't', file: 'a.txt' })).toMatchObject({ refused: { code: 'forgotten' } })
  await writes.close()
})
