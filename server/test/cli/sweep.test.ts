/** A sweep on real kernels: every trial is recorded, and the notebook's file stays as it is. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { python, whySkipped } from '../session/house.ts'
import { yesterday } from './program.ts'

const Line = z.object({
  number: z.number(),
  trial: z.record(z.string(), z.string()),
  outcome: z.string(),
  runs: z.array(z.string()),
  figures: z.object({ metrics: z.record(z.string(), z.number()) }),
  error: z.string().nullable(),
})
const cell = (id: string, source: string) => ({
  cell_type: 'code',
  id,
  metadata: {},
  source,
  outputs: [],
  execution_count: null,
})

describe.skipIf(python === null)(`sweeps${whySkipped}`, () => {
  let root = ''
  let text = ''
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'yesterday-'))
    const cells = [cell('values', 'lr = 1.0\ndepth = 2'), cell('train', 'score = depth / lr')]
    text = JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 })
    await writeFile(join(root, 'train.ipynb'), text)
  })
  afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

  test('each combination runs in a kernel of its own, is recorded, and has its numbers', async () => {
    const words = [
      'sweep',
      'train.ipynb',
      '--param',
      'lr=0,0.5',
      '--param',
      'depth=2,3',
      '--jobs',
      '2',
      '--json',
    ]
    const { code, out } = await yesterday(root, ...words)
    const trials = out
      .trim()
      .split('\n')
      .map((line) => Line.parse(JSON.parse(line)))
      .toSorted((a, b) => a.number - b.number)
    expect(
      trials.map(({ trial, outcome, figures }) => [trial.lr, trial.depth, outcome, figures.metrics.score]),
    ).toEqual([
      ['0', '2', 'error', undefined],
      ['0', '3', 'error', undefined],
      ['0.5', '2', 'ok', 4],
      ['0.5', '3', 'ok', 6],
    ])
    expect(trials[0]?.error).toContain('ZeroDivisionError')
    expect(code, 'a trial has failed').toBe(1)
    expect(await readFile(join(root, 'train.ipynb'), 'utf8')).toBe(text)

    const last = trials[3]?.runs.at(-1) ?? ''
    const sliced = await yesterday(root, 'slice', last, '--as', 'script')
    expect(sliced.out).toContain('lr = 0.5\ndepth = 3')
    const table = await yesterday(root, 'log', 'train.ipynb', '--numbers', '--where', 'score>5', '--json')
    expect(table.out).toContain(last)
  })

  test('no further trial begins once one is good enough; a wrong name starts nothing', async () => {
    const words = ['sweep', 'train.ipynb', '--param', 'lr=1..9', '--jobs', '1', '--stop-when', 'score>=1']
    const { code, out } = await yesterday(root, ...words, '--sort', '-score')
    expect(code).toBe(0)
    expect(out.split('\n')[0]).toMatch(/^trial 1\/9 {2}ok .* lr=1 .*score=2/)
    expect(out).not.toContain('trial 2/9')
    const wrong = await yesterday(root, 'sweep', 'train.ipynb', '--param', 'learning_rate=1')
    expect(wrong.err).toContain('`learning_rate`')
    expect(wrong.code).toBe(2)
  })
})
