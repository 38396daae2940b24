/**
 * Which notebook a file is, after lists of operations on real files: what other programs do to them while this one runs
 * and while it does not.
 */
import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { nodeDisk } from '../../src/document/disk.ts'
import { marksOf } from '../../src/document/identity/marks.ts'
import { Notebooks } from '../../src/document/identity/notebooks.ts'
import { loadFile } from '../../src/document/project-file.ts'
import type { NotebookMarks } from '../../src/store/log-entry.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { ada, at, ended, queued, sessionStarted, started } from '../store/entries.ts'
import { indexRows } from '../store/sqlite-place.ts'

let root = ''
let store: Store
let notebooks: Notebooks

const newId = () => randomBytes(10).toString('hex')
const marksAt = async (path: string): Promise<NotebookMarks | null> => {
  const loaded = await loadFile(nodeDisk, root, path, 1e8)
  return loaded.ok ? marksOf(loaded.file.form, loaded.stat.identity) : null
}
const restart = () => {
  const { index, runs: log, updates } = store
  notebooks = new Notebooks({
    index,
    log,
    updates,
    look: marksAt,
    files: async function* () {},
    now: () => at(0),
    newId,
  })
}

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-identity-')))
  store = await openStore({ root })
})
beforeEach(restart)
/** Each test has a folder of its own, and cells that no other has. */
let turn = 0
beforeEach(() => {
  turn++
  mkdirSync(join(root, `test${turn}`))
})
afterAll(async () => {
  const before = indexRows(root)
  await store.index.rebuild()
  expect(indexRows(root), 'the log alone suffices').toEqual(before)
  await store.close()
  rmSync(root, { recursive: true, maxRetries: 5 })
})

const place = (path: string): string => `test${turn}/${path}`

type Cell = readonly [id: string | null, source: string]
/** Cells as a notebook program makes them: with random ids, or without any, as formats before 4.5. */
const cellsOf = (...sources: readonly string[]): Cell[] =>
  sources.map((source) => [newId().slice(0, 8), `${source} # ${turn}`])
const bareCells = (...sources: readonly string[]): Cell[] =>
  sources.map((source) => [null, `${source} # ${turn}`])

const absolute = (path: string): string => join(root, place(path))
/** As most editors save: another file under the same name. */
function write(path: string, cells: readonly Cell[], inPlace = false): void {
  const json = {
    cells: cells.map(([id, source]) => ({
      ...(id === null ? {} : { id }),
      cell_type: 'code',
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: cells.some(([id]) => id === null) ? 4 : 5,
  }
  mkdirSync(dirname(absolute(path)), { recursive: true })
  const target = inPlace ? absolute(path) : absolute(`${path}.tmp`)
  writeFileSync(target, JSON.stringify(json))
  if (!inPlace) renameSync(target, absolute(path))
}
const move = (from: string, to: string): void => {
  mkdirSync(dirname(absolute(to)), { recursive: true })
  renameSync(absolute(from), absolute(to))
}
const copy = (from: string, to: string): void => copyFileSync(absolute(from), absolute(to))
const remove = (path: string): void => rmSync(absolute(path))

async function who(path: string): Promise<string> {
  const marks = await marksAt(place(path))
  if (marks === null) throw new Error(`no notebook at ${path}`)
  return notebooks.identify(place(path), marks)
}
const originalOf = async (path: string): Promise<string | null> =>
  (await store.index.notebook(place(path)))?.copiedFrom ?? null

const load = ['import pandas as pd', 'births = pd.read_csv("births.csv")', 'births.plot()']
const train = ['import torch', 'model = fit(data)', 'score(model)']

describe.each([
  ['cells with random ids', cellsOf],
  ['cells without ids', bareCells],
])('%s', (_, make) => {
  test('a rename keeps the notebook, in the folder and into another', async () => {
    write('a.ipynb', make(...load))
    const a = await who('a.ipynb')
    move('a.ipynb', 'b.ipynb')
    expect(await who('b.ipynb')).toBe(a)
    move('b.ipynb', 'deep/er/c.ipynb')
    restart()
    expect(await who('deep/er/c.ipynb')).toBe(a)
    expect(await originalOf('deep/er/c.ipynb')).toBeNull()
  })

  test('a rename by copying and removing keeps it, also when it was edited', async () => {
    const cells = make(...load)
    write('a.ipynb', cells)
    const a = await who('a.ipynb')
    remove('a.ipynb')
    write('b.ipynb', [...cells, ...make('more()')])
    expect(await who('b.ipynb')).toBe(a)
  })

  test('a copy is a new notebook that says from which; the one at the recorded path keeps its id', async () => {
    write('a.ipynb', make(...load))
    const a = await who('a.ipynb')
    copy('a.ipynb', 'b.ipynb')
    const b = await who('b.ipynb')
    expect(b).not.toBe(a)
    expect(await originalOf('b.ipynb')).toBe(a)
    expect(await who('a.ipynb')).toBe(a)
    expect(await who('b.ipynb')).toBe(b)
  })

  test('edits by other programs keep it', async () => {
    const cells = make(...load)
    write('a.ipynb', cells)
    const a = await who('a.ipynb')
    write('a.ipynb', [...make('new first'), ...cells.slice(0, 2)])
    expect(await who('a.ipynb')).toBe(a)
    write('a.ipynb', make(...train, 'all of it is new'), true)
    expect(await who('a.ipynb')).toBe(a)
  })

  test('deleted and made again it is another notebook; brought back it is itself', async () => {
    const cells = make(...load)
    write('a.ipynb', cells)
    const a = await who('a.ipynb')
    remove('a.ipynb')
    write('a.ipynb', make(...train))
    const other = await who('a.ipynb')
    expect(other).not.toBe(a)
    remove('a.ipynb')
    write('a.ipynb', cells)
    expect(await who('a.ipynb')).toBe(a)
  })

  test('after a deletion in the program a new notebook under the name is another, the old one can come back', async () => {
    const cells = make(...load)
    write('a.ipynb', cells)
    const a = await who('a.ipynb')
    move('a.ipynb', 'trash/a.ipynb.gone')
    await notebooks.trashed(place('a.ipynb'))
    write('a.ipynb', [])
    const empty = await who('a.ipynb')
    expect(empty).not.toBe(a)
    remove('a.ipynb')
    move('trash/a.ipynb.gone', 'a.ipynb')
    expect(await who('a.ipynb')).toBe(a)
  })

  test('another branch with another notebook at the path, and back', async () => {
    const [one, two] = [make(...load), make(...train)]
    write('a.ipynb', one)
    const a = await who('a.ipynb')
    write('a.ipynb', two)
    const b = await who('a.ipynb')
    expect(b).not.toBe(a)
    write('a.ipynb', one)
    expect(await who('a.ipynb')).toBe(a)
    restart()
    write('a.ipynb', two)
    expect(await who('a.ipynb')).toBe(b)
  })

  test('another branch where it has another name, and back', async () => {
    const cells = make(...load)
    write('a.ipynb', cells)
    const a = await who('a.ipynb')
    remove('a.ipynb')
    write('b.ipynb', cells.slice(0, 2))
    expect(await who('b.ipynb')).toBe(a)
    remove('b.ipynb')
    write('a.ipynb', cells)
    expect(await who('a.ipynb')).toBe(a)
  })

  test('two notebooks that swap their names', async () => {
    write('a.ipynb', make(...load))
    write('b.ipynb', make(...train))
    const [a, b] = [await who('a.ipynb'), await who('b.ipynb')]
    move('a.ipynb', 'c.ipynb')
    move('b.ipynb', 'a.ipynb')
    move('c.ipynb', 'b.ipynb')
    expect([await who('a.ipynb'), await who('b.ipynb')]).toEqual([b, a])
  })

  test('a notebook that is overwritten by a copy of another', async () => {
    write('a.ipynb', make(...load))
    write('b.ipynb', make(...train))
    const [a, b] = [await who('a.ipynb'), await who('b.ipynb')]
    copy('b.ipynb', 'a.ipynb')
    const now = await who('a.ipynb')
    expect([a, b]).not.toContain(now)
    expect(await originalOf('a.ipynb')).toBe(b)
    expect(await who('b.ipynb')).toBe(b)
  })

  test('a move by the program takes folders along', async () => {
    write('old/a.ipynb', make(...load))
    write('old/deep/b.ipynb', make(...train))
    const [a, b] = [await who('old/a.ipynb'), await who('old/deep/b.ipynb')]
    move('old', 'new')
    await notebooks.moved(place('old'), place('new'))
    expect((await store.index.notebook(place('new/a.ipynb')))?.id).toBe(a)
    expect((await store.index.notebook(place('new/deep/b.ipynb')))?.id).toBe(b)
    expect(await who('new/a.ipynb')).toBe(a)
  })
})

test('an empty notebook is known by its file', async () => {
  write('a.ipynb', [])
  const a = await who('a.ipynb')
  write('b.ipynb', [])
  const b = await who('b.ipynb')
  expect(b).not.toBe(a)
  move('a.ipynb', 'c.ipynb')
  expect(await who('c.ipynb')).toBe(a)
  write('c.ipynb', cellsOf(...load))
  expect(await who('c.ipynb')).toBe(a)
})

test('notebooks that a filter gives the same short ids are not confused', async () => {
  const numbered = (sources: readonly string[]): Cell[] =>
    sources.map((source, at) => [String(at), `${source} # ${turn}`])
  write('a.ipynb', numbered(load))
  write('b.ipynb', numbered(train))
  const [a, b] = [await who('a.ipynb'), await who('b.ipynb')]
  expect(a).not.toBe(b)
  remove('a.ipynb')
  write('c.ipynb', numbered(load))
  expect(await who('c.ipynb')).toBe(a)
  write('b.ipynb', numbered(['import torch', 'model = other(data)', 'last = 1']))
  expect(await who('b.ipynb')).toBe(b)
})

test('of many cells a few hashes are enough', async () => {
  const many = cellsOf(...Array.from({ length: 3000 }, (_, place) => `value_${place} = ${place}`))
  write('a.ipynb', many)
  const a = await who('a.ipynb')
  remove('a.ipynb')
  write('b.ipynb', many.slice(500))
  expect(await who('b.ipynb')).toBe(a)
})

test('no hash is of a password, which could be guessed', async () => {
  const marks = []
  for (const password of ['hunter2', 'sunshine7']) {
    write('a.ipynb', [['cell0001', `db.login("me", password="${password}")`]])
    marks.push((await marksAt(place('a.ipynb')))?.sources)
  }
  expect(marks[0]).toHaveLength(1)
  expect(marks[0]).toEqual(marks[1])
})

test('seen by two processes in one moment it has one id', async () => {
  write('a.ipynb', cellsOf(...load))
  const first = notebooks
  restart()
  const path = place('a.ipynb')
  const marks = await marksAt(path)
  if (marks === null) throw new Error('no marks')
  const ids = await Promise.all([first.identify(path, marks), notebooks.identify(path, marks)])
  expect(ids[0]).toBe(ids[1])
})

describe('the history', () => {
  const run = (session: string, id: string, notebook: string, cellId: string) => [
    queued(id, session, { notebook: place(notebook), cellId }),
    started(id),
    ended(id, 1),
  ]
  const runsOf = async (notebook: string) =>
    (await store.index.page({ notebook: place(notebook) })).runs.map(({ run }) => run)

  test('follows the notebook under each name that it had, and leaves another under the old name alone', async () => {
    write('a.ipynb', cellsOf(...load))
    await who('a.ipynb')
    await store.runs.append([
      sessionStarted('s1', { notebook: place('a.ipynb') }),
      ...run('s1', 'r1', 'a.ipynb', 'c'),
    ])
    move('a.ipynb', 'b.ipynb')
    expect(await runsOf('a.ipynb'), 'before a look').toEqual(['r1'])
    await who('b.ipynb')
    await store.runs.append([
      sessionStarted('s2', { notebook: place('b.ipynb') }),
      ...run('s2', 'r2', 'b.ipynb', 'c'),
    ])
    expect(await runsOf('b.ipynb')).toEqual(['r2', 'r1'])
    expect(await runsOf('a.ipynb'), 'the name that it had').toEqual(['r2', 'r1'])
    write('a.ipynb', cellsOf(...train))
    await who('a.ipynb')
    await store.runs.append([
      sessionStarted('s3', { notebook: place('a.ipynb') }),
      ...run('s3', 'r3', 'a.ipynb', 'c'),
    ])
    expect(await runsOf('a.ipynb')).toEqual(['r3'])
    expect(await runsOf('b.ipynb')).toEqual(['r2', 'r1'])
    // A replay names the path of then.
    const purpose = { kind: 'replay', of: 'r1' } as const
    await store.runs.append([sessionStarted('s4', { notebook: place('a.ipynb'), purpose })])
    expect(await store.index.notebookOf('s4')).toBe(await store.index.notebookOf('r1'))
    expect(await store.index.lastRuns(place('b.ipynb'))).toEqual(new Map([['c', 'r2']]))
    const sessions = await store.index.sessions({ notebook: place('b.ipynb') })
    expect(sessions.map(({ session }) => session)).toEqual(['s2', 's1'])
  })

  test('of the time before ids is claimed by the notebook at its path, or by the one that was moved from there', async () => {
    const [one, two] = [cellsOf(...load), cellsOf(...train)]
    const [[idOne], [idTwo]] = [one[0] ?? [''], two[0] ?? ['']]
    await store.runs.append([
      sessionStarted('t1', { notebook: place('a.ipynb') }),
      ...run('t1', 'q1', 'a.ipynb', idOne ?? ''),
      sessionStarted('t2', { notebook: place('old.ipynb'), documentId: 'document-of-two' }),
      ...run('t2', 'q2', 'old.ipynb', idTwo ?? ''),
    ])
    write('a.ipynb', one)
    write('new.ipynb', two)
    const checkpoint = {
      checkpoint: 'k',
      name: 'k',
      at: at(0),
      actor: ada,
      run: null,
      state: `sha256:${'0'.repeat(64)}`,
    }
    await store.runs.append([
      { type: 'checkpoint-made', ...checkpoint, notebook: place('a.ipynb'), documentId: null },
    ])
    await who('a.ipynb')
    expect(await who('new.ipynb')).toBe('document-of-two')
    move('a.ipynb', 'b.ipynb')
    await who('b.ipynb')
    expect(await runsOf('b.ipynb')).toEqual(['q1'])
    expect(await runsOf('new.ipynb')).toEqual(['q2'])
    expect((await store.index.checkpoints(place('b.ipynb'))).map(({ name }) => name)).toEqual(['k'])
  })
})
