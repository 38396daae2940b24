/** Conflicted notebooks of a real git repository: their sides, the choices, and the notebook that is written. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConflictChoice } from '../../contract/conflicts.ts'
import { cellSource, cellsOf } from '../../contract/document.ts'
import { createDocuments, type DocumentRooms } from '../../src/document/documents.ts'
import { splitConflicts } from '../../src/git/conflict-text.ts'
import { Conflicts, type ListedConflicts, type Outcome } from '../../src/git/conflicts.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'

let root: string
let store: Store
let documents: DocumentRooms
let conflicts: Conflicts

const ada = { id: 'ada', name: 'Ada' }
const conflictsOf = (isTrusted = true) =>
  new Conflicts({
    ...{ root, folder: join(root, '.yesterday'), documents, objects: store.objects },
    masker: null,
    isTrusted,
  })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-conflicts-'))
  store = await openStore({ root })
  documents = createDocuments({ root, updates: store.updates, objects: store.objects })
  conflicts = conflictsOf()
})
afterEach(async () => {
  await documents.close()
  await store.close()
  await rm(root, { recursive: true, force: true })
})

const git = (...words: string[]): number => {
  try {
    const config = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false']
    execFileSync('git', [...config, ...words], { cwd: root, stdio: 'pipe' })
    return 0
  } catch {
    return 1
  }
}
const output = (text: string) => ({ name: 'stdout', output_type: 'stream', text: [text] })
const cell = (id: string, source: string, outputs: readonly object[] = []) => ({
  ...{ cell_type: 'code', execution_count: null, id, metadata: {}, outputs, source: [source] },
})
const notebook = (...cells: readonly object[]): string =>
  `${JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`
const write = (text: string) => writeFile(join(root, 'a.ipynb'), text)
const saved = () => readFile(join(root, 'a.ipynb'), 'utf8')

/** Merges a branch with `theirs` into one with `ours`; git has no driver for notebooks. */
async function merged(base: string | null, ours: string, theirs: string, style = 'merge'): Promise<void> {
  git('init', '-q', '-b', 'main')
  await writeFile(join(root, '.gitignore'), '.yesterday\n')
  if (base !== null) await write(base)
  git('add', '.')
  git('commit', '-qm', 'base')
  git('checkout', '-qb', 'theirs')
  await write(theirs)
  git('add', '.')
  git('commit', '-qam', 'theirs')
  git('checkout', '-q', 'main')
  await write(ours)
  git('add', '.')
  git('commit', '-qam', 'ours')
  expect(git('-c', `merge.conflictStyle=${style}`, 'merge', '-q', 'theirs')).toBe(1)
}

function value<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal))
  return outcome.value
}
async function chosen(choices: readonly ConflictChoice[]): Promise<ListedConflicts> {
  let list = value(await conflicts.list('a.ipynb'))
  for (const [place, choice] of choices.entries())
    list = value(await conflicts.choose('a.ipynb', list.conflicts[place]?.key ?? '', choice, 'Ada'))
  return list
}
const sourcesOf = (text: string): string[] =>
  JSON.parse(text).cells.map(({ source }: { source: string | string[] }) => [source].flat().join(''))

const base = notebook(cell('a', 'x = 1', [output('1')]), cell('b', 'same'), cell('c', 'y = 1'))
const ours = notebook(cell('a', 'x = 2', [output('2')]), cell('b', 'same'), cell('c', 'y = 2'))
const theirs = notebook(cell('a', 'x = 3', [output('3')]), cell('b', 'same'), cell('c', 'y = 3'))

describe("git's markers in the text", () => {
  test.each(['merge', 'diff3', 'zdiff3'])(
    'style %s: each conflict is chosen, and the file is a notebook',
    async (style) => {
      await merged(base, ours, theirs, style)
      expect((await documents.open('a.ipynb')).ok).toBe(false)
      const before = await saved()
      const list = await chosen([{ take: 'theirs' }, { take: 'edited', source: 'y = 2 + 3' }])
      expect(list).toMatchObject({ from: 'text', conflicts: [{ cell: 1, base: 'x = 1' }, { cell: 4 }] })
      expect(list.conflicts[0]?.theirs).toEqual([
        { type: 'code', source: 'x = 3', outputs: [expect.anything()] },
      ])
      expect(list.conflicts[1]).toMatchObject({ by: 'Ada', choice: { take: 'edited', source: 'y = 2 + 3' } })
      expect(await saved()).toBe(before)
      const next = ['add', '--', 'a.ipynb']
      expect(value(await conflicts.finish('a.ipynb', list.version, ada))).toEqual({ path: 'a.ipynb', next })
      const text = await saved()
      expect(sourcesOf(text)).toEqual(['x = 3', 'same', 'y = 2 + 3'])
      expect(JSON.parse(text).cells[0]).toMatchObject({ id: 'a', outputs: [{ text: ['3'] }] })
      expect(git(...next)).toBe(0)
      expect(git('commit', '-qm', 'merged')).toBe(0)
      expect(value(await conflicts.list('a.ipynb')).conflicts).toEqual([])
    },
  )

  test('a notebook that is open takes what was chosen, and keeps its other edits', async () => {
    await write(ours)
    const opened = await documents.open('a.ipynb')
    if (!opened.ok) throw new Error('it opens')
    documents.hold(opened.document.id)
    await merged(base, ours, theirs)
    await documents.save(opened.document.id)
    const other = cellsOf(opened.document.doc).get(1)
    cellSource(other).insert(0, '# edited meanwhile\n')
    const { version } = await chosen([{ take: 'both' }, { take: 'ours' }])
    value(await conflicts.finish('a.ipynb', version, ada))
    const sources = cellsOf(opened.document.doc).map((one) => cellSource(one).toString())
    expect(sources).toEqual(['x = 2', 'x = 3', '# edited meanwhile\nsame', 'y = 2'])
    expect(sourcesOf(await saved())).toEqual(sources)
  })

  test('what the text does not have is read from the index, in a trusted folder alone', async () => {
    const oneLine = (text: string): string => `${JSON.stringify(JSON.parse(text))}\n`
    await merged(oneLine(base), oneLine(ours), oneLine(theirs))
    // Someone tried to repair it by hand.
    await write((await saved()).replace('"x = 2"', '"x = 2').replace('"x = 3"', '"x = 3'))
    const refused = await conflictsOf(false).list('a.ipynb')
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'conflictUnreadable', status: 422 } })
    expect(value(await conflicts.list('a.ipynb'))).toMatchObject({
      from: 'index',
      conflicts: [{ base: 'x = 1' }, { base: 'y = 1' }],
    })
    git('add', 'a.ipynb')
    expect(await conflictsOf().list('a.ipynb')).toMatchObject({ ok: false, refusal: { status: 422 } })
  })

  test("nothing of the repository's configuration runs", async () => {
    await merged(base, ours, theirs)
    const mark = join(root, 'ran')
    const script = join(root, 'hostile.sh')
    await writeFile(script, `#!/bin/sh\ntouch '${mark}'\ncat\n`, { mode: 0o755 })
    for (const name of [
      'core.fsmonitor',
      'core.sshCommand',
      'core.pager',
      'diff.x.textconv',
      'filter.x.smudge',
    ])
      git('config', name, script)
    git('config', 'core.hooksPath', root)
    await writeFile(join(root, '.gitattributes'), '*.ipynb diff=x filter=x\n')
    await rm(mark, { force: true })
    expect(value(await conflicts.list('a.ipynb')).conflicts).toHaveLength(2)
    await expect(readFile(mark)).rejects.toThrow('ENOENT')
  })

  test('without a base, a cell of one side alone is a conflict', async () => {
    await merged(base, ours, theirs)
    git('add', 'a.ipynb')
    await write(`<<<<<<< a\n${notebook(cell('n', 'new'))}=======\n${notebook()}>>>>>>> b\n`)
    const list = value(await conflicts.list('a.ipynb'))
    expect(list.conflicts).toMatchObject([{ base: null, ours: [{ source: 'new' }], theirs: [] }])
    await chosen([{ take: 'theirs' }])
    value(await conflicts.finish('a.ipynb', list.version, ada))
    expect(sourcesOf(await saved())).toEqual([])
  })
})

describe('choices', () => {
  test('are durable, and belong to the text that they were made for', async () => {
    await merged(base, ours, theirs)
    await chosen([{ take: 'ours' }, { take: 'ours' }])
    conflicts = conflictsOf()
    const list = value(await conflicts.list('a.ipynb'))
    expect(list.conflicts.map(({ choice }) => choice)).toEqual([{ take: 'ours' }, { take: 'ours' }])
    await write((await saved()).replace('y = 3', 'y = 4'))
    expect(await conflicts.finish('a.ipynb', list.version, ada)).toMatchObject({
      refusal: { code: 'conflictChanged' },
    })
    const now = value(await conflicts.list('a.ipynb'))
    expect(now.conflicts.map(({ choice }) => choice)).toEqual([{ take: 'ours' }, null])
    expect(await conflicts.finish('a.ipynb', now.version, ada)).toMatchObject({
      refusal: { code: 'undecided' },
    })
    const key = list.conflicts[1]?.key ?? ''
    expect(await conflicts.choose('a.ipynb', key, { take: 'ours' }, 'Ada')).toMatchObject({ ok: false })
  })

  test('are forgotten when a person cancels, and the file stays as it is', async () => {
    await merged(base, ours, theirs)
    const before = await saved()
    await chosen([{ take: 'ours' }, { take: 'both' }])
    const list = value(await conflicts.cancel('a.ipynb'))
    expect(list.conflicts.map(({ choice }) => choice)).toEqual([null, null])
    expect(await saved()).toBe(before)
  })

  test('no path leads out of the project', async () => {
    for (const path of ['../a.ipynb', '.yesterday/workspace.json', 'missing.ipynb'])
      expect(await conflicts.list(path)).toMatchObject({ ok: false })
  })
})

test('marker cells are resolved in the document, as edits', async () => {
  const text = (words: string) => ({
    ...{ cell_type: 'markdown', id: `m${words.length}`, metadata: { tags: ['merge-conflict'] } },
    source: [words],
  })
  const group = (own: readonly object[], other: readonly object[]) => [
    text('**`<<<<<<< ours`**'),
    ...own,
    text('**`=======`**'),
    ...other,
    text('**`>>>>>>> theirs`**'),
  ]
  await write(
    notebook(cell('0', 'first'), ...group([cell('a', 'x = 2')], [cell('t', 'x = 3', [output('3')])])),
  )
  const list = await chosen([{ take: 'theirs' }])
  expect(list).toMatchObject({ from: 'cells', conflicts: [{ cell: 2, base: null }] })
  expect(value(await conflicts.finish('a.ipynb', list.version, ada)).next).toBeNull()
  const written = JSON.parse(await saved())
  expect(written.cells).toMatchObject([
    { id: '0' },
    { id: 'a', source: ['x = 3'], outputs: [{ text: ['3'] }] },
  ])
})

test('a file that changed outside in the same lines gets markers, and the base is known', async () => {
  await write(base)
  const opened = await documents.open('a.ipynb')
  if (!opened.ok) throw new Error('it opens')
  cellSource(cellsOf(opened.document.doc).get(0)).insert(5, '0')
  await write(theirs)
  await documents.save(opened.document.id)
  const list = await chosen([{ take: 'both' }])
  expect(list.conflicts).toMatchObject([
    { base: 'x = 1', ours: [{ source: 'x = 10' }], theirs: [{ source: 'x = 3' }] },
  ])
  value(await conflicts.finish('a.ipynb', list.version, ada))
  expect(sourcesOf(await saved())).toEqual(['x = 10', 'x = 3', 'same', 'y = 3'])
})

test('markers out of order are no conflict; longer ones belong to a base that has conflicts', () => {
  expect(splitConflicts('a\n')).toBeNull()
  expect(splitConflicts('<<<<<<< a\nb\n>>>>>>> c\n')).toBeNull()
  expect(splitConflicts('<<<<<<< a\nb\n=======\n')).toBeNull()
  expect(splitConflicts('x\r\n<<<<<<< a\r\nb\r\n=======\r\nc\r\n>>>>>>> d\r\n')).toEqual({
    ...{ ours: 'x\r\nb\r\n', theirs: 'x\r\nc\r\n', base: null },
  })
  const nested = '<<<<<<<<< t\np\n=========\nq\n>>>>>>>>> u\n'
  expect(splitConflicts(`<<<<<<< a\nb\n||||||| o\n${nested}=======\nc\n>>>>>>> d\n`)?.base).toBe(nested)
})
