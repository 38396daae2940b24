/** Four notebooks of the corpus. `npm run proof corpus` takes all of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { python, whySkipped } from '../session/house.ts'
import { judgeNotebook } from './judge.ts'
import { readCorpus } from './notebooks.ts'
import { startServer } from './project.ts'

/** By name: variables that hold an open connection, file or figure, which come back only if their run may be repeated here. */
const chosen = new Map([
  ['identifiers and keys', []],
  ['hash order, of words', []],
  ['an agent-based model', []],
  ['SQLite, by pandas', ['connection', 'mine']],
])

const notebooks = await readCorpus()

test('the corpus has 120 notebooks or more, each under a name of its own', () => {
  expect(notebooks.length).toBeGreaterThanOrEqual(120)
  expect(new Set(notebooks.map(({ name }) => name)).size).toBe(notebooks.length)
  const seeds = /\b(?:seed|manual_seed)\(\d|random_state=\d|default_rng\(\d/
  expect(
    notebooks.filter(({ cells }) => cells.some((cell) => seeds.test(cell))).map(({ name }) => name),
  ).toEqual([])
  expect(notebooks.flatMap(({ cells }) => cells).filter((cell) => /^@\w+ = .* ~~ /m.test(cell))).toEqual([])
})

describe.skipIf(python === null)(`notebooks without a seed${whySkipped}`, () => {
  let server: Awaited<ReturnType<typeof startServer>>
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.close())

  test.each([...chosen])('%s is repeated and restored', async (wanted, open) => {
    const notebook = notebooks.find(({ name }) => name === wanted)
    if (notebook === undefined) throw new Error(`the corpus has no notebook ${wanted}`)
    const verdict = await judgeNotebook(notebook, server.address)
    expect(verdict).toMatchObject({
      cells: notebook.cells.length,
      identical: notebook.cells.length,
      faults: [],
    })
    const lost = verdict.notRestorable.map((line) => line.replace(/:.*/s, ''))
    expect(open).toEqual(expect.arrayContaining(lost))
    expect(verdict.sameNext).not.toBe(false)
  })
})
