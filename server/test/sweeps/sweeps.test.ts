/** Sweeps of the page: their states whatever happens, what is left of them on disk, and real trials. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Sweep, SweepRequest } from '../../contract/sweeps.ts'
import type { NotebookForm } from '../../src/document/cell-form.ts'
import type { SweepEvents, SweepPlan } from '../../src/sweeps/run-trials.ts'
import { SweepFiles } from '../../src/sweeps/sweep-files.ts'
import { Sweeps } from '../../src/sweeps/sweeps.ts'
import type { SweepWorld, TrialResult } from '../../src/sweeps/trial.ts'
import { openHouse, python, whySkipped } from '../session/house.ts'

const cell = (id: string, source: string) => ({
  ...{ id, type: 'code' as const, source, metadata: {}, attachments: null },
  ...{ outputs: [], executionCount: null },
})
const form: NotebookForm = {
  ...{ nbformat: 4, minor: 5, metadata: {} },
  cells: [cell('values', 'lr = 1.0\ndepth = 2'), cell('score', 'score = depth / lr')],
}
const request: SweepRequest = {
  parameters: [
    { name: 'lr', values: '0.5,1' },
    { name: 'depth', values: '2..3' },
  ],
  ...{ random: null, seed: null, parallel: 1, stopWhen: '' },
}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ys-'))
})
afterEach(() => rm(folder, { recursive: true, maxRetries: 5 }))

const started = (answer: ReturnType<Sweeps['start']>): Sweep => {
  if ('code' in answer) throw new Error(answer.message)
  return answer
}

describe('states', () => {
  /** An engine that waits for the test. */
  const engine = () => {
    const runs: {
      plan: SweepPlan
      events: SweepEvents
      stopped: AbortSignal
      end: PromiseWithResolvers<void>
    }[] = []
    const run = (_: SweepWorld, plan: SweepPlan, events: SweepEvents, stopped: AbortSignal) => {
      const end = Promise.withResolvers<void>()
      runs.push({ plan, events, stopped, end })
      stopped.addEventListener('abort', () => end.resolve())
      return end.promise
    }
    return { runs, run }
  }
  const onProblem = vi.fn()
  // Nothing of it is used by this engine.
  const world = { form, actor: { id: 'ada', name: 'Ada' } } as unknown as SweepWorld
  const result = (number: number, score: number): TrialResult => ({
    ...{
      number,
      trial: {},
      outcome: 'ok',
      durationMs: 5,
      runs: ['r1', `r${number}`],
      session: 's',
      error: null,
    },
    figures: { parameters: {}, metrics: { score } },
  })

  test('trials are seen as they go, and are there after a restart', async () => {
    const { runs, run } = engine()
    const sweeps = new Sweeps({ files: new SweepFiles(folder), onProblem, run })
    const { id, trials, revision } = started(sweeps.start('d', world, request))
    expect(trials.map(({ values }) => values)).toEqual([
      { lr: '0.5', depth: '2' },
      { lr: '0.5', depth: '3' },
      { lr: '1', depth: '2' },
      { lr: '1', depth: '3' },
    ])
    const news = sweeps.look('d', id, revision, 60_000)
    runs[0]?.events.onStarted?.(1)
    expect((await news)?.trials[0]?.state).toBe('running')
    runs[0]?.events.onEnded(result(1, 4))
    expect(await sweeps.look('other', id, null, 0)).toBeNull()
    expect(await sweeps.list('other')).toMatchObject({ sweeps: [] })
    runs[0]?.end.resolve()
    await vi.waitFor(async () => expect((await sweeps.look('d', id, null, 0))?.state).toBe('done'))
    await sweeps.close()
    const later = new Sweeps({ files: new SweepFiles(folder), onProblem, run })
    expect(await later.look('d', id, null, 0)).toMatchObject({
      ...{ state: 'done', by: { name: 'Ada' } },
      trials: [{ state: 'ok', run: 'r1', metrics: { score: 4 } }, { state: 'skipped' }, {}, {}],
    })
    expect(await later.list('d')).toMatchObject({ sweeps: [{ id, trials: 4, endedTrials: 4 }] })
  })

  test('a server that was killed leaves a sweep whose running trials are named killed', async () => {
    const { runs, run } = engine()
    const killed = new Sweeps({ files: new SweepFiles(folder), onProblem, run })
    const { id } = started(killed.start('d', world, request))
    runs[0]?.events.onStarted?.(2)
    const file = join(folder, 'sweeps', `${id}.json`)
    await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('"running","durationMs"'))
    const kept = await readFile(file)
    await killed.close()
    await writeFile(file, kept)
    const next = new Sweeps({ files: new SweepFiles(folder), onProblem, run })
    await next.recover()
    const states = ['skipped', 'killed', 'skipped', 'skipped'].map((state) => ({ state }))
    expect(await next.look('d', id, null, 0)).toMatchObject({ state: 'interrupted', trials: states })
    expect(await readFile(file, 'utf8')).toContain('"killed"')
  })

  test('a person stops it; a third at once, and an engine that fails, are refused and named', async () => {
    const { runs, run } = engine()
    const sweeps = new Sweeps({ files: new SweepFiles(folder), onProblem, run })
    const [one, two] = [
      started(sweeps.start('d', world, request)),
      started(sweeps.start('d', world, request)),
    ]
    expect(sweeps.start('d', world, request)).toMatchObject({ code: 'busy' })
    runs[0]?.events.onStarted?.(1)
    expect(sweeps.stop('other', one.id)).toBeNull()
    sweeps.stop('d', one.id)
    runs[1]?.end.reject(new Error('no kernel'))
    await vi.waitFor(async () => {
      expect(await sweeps.look('d', one.id, null, 0)).toMatchObject({
        state: 'stopped',
        trials: [{ state: 'stopped' }, {}, {}, {}],
      })
      expect(await sweeps.look('d', two.id, null, 0)).toMatchObject({ state: 'failed', problem: 'no kernel' })
    })
    await sweeps.close()
    expect(await readdir(join(folder, 'sweeps'))).toHaveLength(2)
  })

  test.each([
    [{ parameters: [{ name: 'rate', values: '1' }] }, '`rate`'],
    [{ parameters: [{ name: 'lr', values: 'f(1)' }] }, 'no number'],
    [{ parameters: [{ name: 'lr); import os; (x', values: '1' }] }, 'NAME=VALUES'],
    [{ parameters: [{ name: 'lr', values: '0.1..0.2' }] }, 'is a range'],
    [
      {
        parameters: [
          { name: 'lr', values: '1' },
          { name: 'lr', values: '2' },
        ],
      },
      'named twice',
    ],
    [{ stopWhen: 'acc' }, 'no comparison'],
  ])('%j starts nothing', (change, words) => {
    const { runs, run } = engine()
    const sweeps = new Sweeps({ files: new SweepFiles(folder), onProblem, run })
    const answer = sweeps.start('d', world, { ...request, ...change })
    expect(answer).toMatchObject({ code: 'badSweep', message: expect.stringContaining(words) })
    expect(runs).toHaveLength(0)
  })

  test('what is no sweep in the folder is left alone; a random draw keeps its seed', async () => {
    const { run } = engine()
    const sweeps = new Sweeps({ files: new SweepFiles(folder), onProblem, run })
    const asked = { ...request, parameters: [{ name: 'lr', values: '0.001..1:log' }], random: 3 }
    const { request: kept } = started(sweeps.start('d', world, asked))
    expect(kept.seed).toEqual(expect.any(Number))
    await sweeps.close()
    await writeFile(join(folder, 'sweeps', `${'0'.repeat(16)}.json`), '{"document":1}')
    await writeFile(join(folder, 'sweeps', 'notes.txt'), '')
    const later = new Sweeps({ files: new SweepFiles(folder), onProblem, run })
    expect((await later.list('d')).sweeps).toHaveLength(1)
    expect(await readdir(join(folder, 'sweeps'))).toHaveLength(3)
  })
})

describe.skipIf(python === null)(`trials${whySkipped}`, () => {
  test('each is a recorded session with its numbers, and early stop skips the rest', async () => {
    const house = await openHouse(folder)
    try {
      const sweeps = new Sweeps({ files: new SweepFiles(folder), onProblem: vi.fn() })
      const [spec] = await house.kernels.specs()
      const world: SweepWorld = {
        ...{ store: house.store, kernels: house.kernels, form, path: 'a.ipynb', cwd: folder },
        ...{ actor: { id: 'ada', name: 'Ada' }, timeout: undefined },
        spec: async () => spec?.name ?? 'python3',
      }
      const { id } = started(sweeps.start('d', world, { ...request, stopWhen: 'score>5' }))
      const end = async () => expect((await sweeps.look('d', id, null, 0))?.state).toBe('done')
      await vi.waitFor(end)
      const sweep = await sweeps.look('d', id, null, 0)
      expect(sweep?.trials.map(({ state, metrics }) => [state, metrics.score])).toEqual([
        ['ok', 4],
        ['ok', 6],
        ['skipped', undefined],
        ['skipped', undefined],
      ])
      const receipt = await house.store.index.receipt(sweep?.trials[1]?.run ?? '')
      expect(receipt).toMatchObject({
        outcome: 'ok',
        source: 'score = depth / lr',
        session: sweep?.trials[1]?.session,
      })
      await sweeps.close()
    } finally {
      await house.close()
    }
  })
})
