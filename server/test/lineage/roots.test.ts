/** A result whose data changed two steps before it: the receipt says so, on real runs. */
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Why } from '../../contract/past.ts'
import { furtherUp, type RootsSource } from '../../src/lineage/roots.ts'
import type { Link } from '../../src/store/ports.ts'
import { start } from '../cli/program.ts'
import { python, whySkipped } from '../session/house.ts'

const sources = [
  'import tidy\nrows = open("t.csv").read().split()',
  'clean = tidy.clean(rows)',
  'total = sum(clean)',
  'print(total)',
]

describe.skipIf(python === null)(`what changed further up${whySkipped}`, () => {
  let cwd = ''
  beforeAll(async () => {
    cwd = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-roots-')))
    await writeFile(join(cwd, 't.csv'), '1 2 3')
    await writeFile(join(cwd, 'tidy.py'), 'def clean(rows):\n    return [int(one) for one in rows]\n')
    const cells = sources.map((source, at) => ({
      cell_type: 'code',
      id: `c${at}`,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    }))
    await writeFile(
      join(cwd, 'a.ipynb'),
      JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    )
  })
  afterAll(() => rm(cwd, { recursive: true, maxRetries: 5 }))

  const Line = z.object({ run: z.string(), cellId: z.string() })
  const yesterday = (...words: readonly string[]) => start({ cwd, env: {} }, words)

  test('a file and a module are named, with the run that met them and those between', async () => {
    const ran = await yesterday('run', 'a.ipynb', '--json')
    const runs = ran.out
      .trim()
      .split('\n')
      .map((line) => Line.parse(JSON.parse(line)))
    const printed = runs.find(({ cellId }) => cellId === 'c3')?.run ?? ''
    const ask = async () => Why.parse(JSON.parse((await yesterday('why', printed, '--json')).out))
    expect((await ask()).roots).toEqual([])
    await writeFile(join(cwd, 't.csv'), '1 2 4')
    await rm(join(cwd, 'tidy.py'))
    await writeFile(join(cwd, 'tidy.py'), 'def clean(rows):\n    return [float(one) for one in rows]\n')
    const { headline, lines, roots } = await ask()
    expect(
      roots.map(({ kind, name, changed, by, through }) => [kind, name, changed, by.order, through.length]),
    ).toEqual(expect.arrayContaining([['file', 't.csv', 'changed', 1, 2]]))
    expect(roots.map(({ name }) => name).toSorted()).toEqual(['t.csv', 'tidy'])
    expect(headline).toContain(' Further up, ')
    expect(headline).toContain('`t.csv`')
    expect(lines.join('\n')).toContain(
      'Further up, `t.csv` has changed since run 1 read it, by way of run 2 and run 3.',
    )
    await rm(join(cwd, 't.csv'))
    expect((await ask()).roots).toContainEqual(expect.objectContaining({ name: 't.csv', changed: 'gone' }))
  })
})

describe('the walk', () => {
  const link = (name: string, by: string | null): Link => ({
    kind: name.includes('.') ? 'file' : 'variable',
    name,
    digest: `${name} then`,
    by,
    parts: null,
  })
  /** Each run uses what the one before it made; the first reads `t.csv`. */
  const chain = (): RootsSource => ({
    links: async (run) => {
      const order = Number(run.slice(1))
      const used = order === 1 ? [link('t.csv', null)] : [link('x', `r${order - 1}`)]
      return { run, session: 's', sessionSeq: 1, order, used, generated: [link('x', run)] }
    },
    fileProducer: async () => null,
    runNames: async (runs) =>
      runs.map((run) => ({
        run,
        session: 's',
        notebook: 'a.ipynb',
        order: Number(run.slice(1)),
        cell: 1,
        cellId: run,
        title: run,
        outcome: 'ok',
        ended: '2026-03-01T12:00:00.000Z',
      })),
    receipt: async () => null,
    lastSource: async () => null,
  })
  const look = (length: number) => furtherUp(chain(), async () => 'other', `r${length}`)

  test('goes as far as there are runs, and what the run itself used is left to its inputs', async () => {
    expect(await look(1)).toEqual([])
    const [root] = await look(120)
    expect(root).toMatchObject({ name: 't.csv', by: { run: 'r1' } })
    expect(root?.through.map(({ order }) => order)).toEqual(Array.from({ length: 118 }, (_, at) => at + 2))
  })

  test('ends after so many runs', async () => {
    expect(await look(5000)).toEqual([])
  })
})
