/** Real kernels: a notebook's past brought back into its own session, and jobs as the page sees them. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { cellSource, cellsOf } from '../../contract/document.ts'
import { Digest } from '../../contract/ids.ts'
import type { Receipt } from '../../contract/run.ts'
import { Jobs } from '../../src/replay/jobs.ts'
import { loadableValues } from '../../src/replay/kept-values.ts'
import { ask } from '../../src/replay/kernel-talk.ts'
import { loadValues } from '../../src/replay/load-values.ts'
import { performJobs, planOf } from '../../src/replay/perform-jobs.ts'
import { restore } from '../../src/replay/restore.ts'
import { isRefused } from '../../src/replay/targets.ts'
import type { Store } from '../../src/store/ports.ts'
import { ada, type House, makeProject, openHouse, python, whySkipped } from '../session/house.ts'

const cells = {
  // Long enough that to load what it made is quicker on any machine.
  load: '__import__("time").sleep(0.3)\nrows = [int(line) for line in open("x.csv")]',
  share: '__import__("time").sleep(0.3)\npair = {"rows": rows}',
  sum: 'total = sum(rows)',
  twin: 'other = 1',
  shown: 'print(total)',
  change: 'total = total * 10\nlater = 5',
}

async function receiptOf({ index }: Store, run: string): Promise<Receipt> {
  const receipt = await index.receipt(run)
  if (receipt === null) throw new Error(`no receipt of ${run}`)
  return receipt
}

describe.skipIf(python === null)(`the past of an open notebook${whySkipped}`, () => {
  let root = ''
  let house: House | null = null

  afterEach(async () => {
    await house?.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })

  /** All cells ran once; the ids of their runs. */
  async function lived() {
    root = await makeProject(cells)
    await writeFile(join(root, 'x.csv'), '1\n2\n')
    house = await openHouse(root)
    const { store, kernels, sessions } = house
    const notebook = await house.open()
    const runs = new Map<string, string>()
    const all = Promise.withResolvers<void>()
    notebook.session.events.on('recorded', (_, { run, cell }) => {
      if (!runs.has(cell)) runs.set(cell, run)
      if (runs.size === Object.keys(cells).length) all.resolve()
    })
    expect(await notebook.session.run(Object.keys(cells), ada)).toBeNull()
    await all.promise
    const world = { store, kernels, root, env: process.env }
    const jobs = new Jobs(performJobs(world, sessions))
    const ended = async (id: string) => {
      for (let job = await jobs.look(id, null, 0); ; job = await jobs.look(id, job?.revision ?? 0, 60_000))
        if (job?.state !== 'running') return job
    }
    const runOf = (cell: string) => runs.get(cell) ?? ''
    return { ...notebook, world, jobs, ended, runOf }
  }

  test('restored, variables are what they were, also after the file and the code changed', async () => {
    const { id, doc, jobs, ended, runOf } = await lived()
    await writeFile(join(root, 'x.csv'), '5\n')
    doc.transact(() => cellSource(cellsOf(doc).get(2)).insert(0, '# edited\n'))
    const asked = { kind: 'restore', run: runOf('shown'), documentId: id, branch: false } as const
    const job = await ended(jobs.start(asked)?.id ?? '')
    expect(job).toMatchObject({ state: 'done', problem: null })
    const results = new Map(job?.restore?.variables.map(({ name, result }) => [name, result]))
    expect(Object.fromEntries(results)).toMatchObject({
      rows: 'restored',
      total: 'restored',
      other: 'restored',
    })
    expect(results.has('later')).toBe(false)
  })

  /** Restores this cell's run; results by variable, and what a cell that runs next prints. */
  async function back(past: Awaited<ReturnType<typeof lived>>, cell: string, recompute = false) {
    const { session, world, runOf } = past
    const report = await restore(world, session, runOf(cell), { actor: ada, branch: false, recompute })
    if (isRefused(report)) throw new Error(report.refused.message)
    return { report, results: Object.fromEntries(report.variables.map(({ name, result }) => [name, result])) }
  }

  test('without values everything is made again, from the files as they were', async () => {
    const past = await lived()
    await writeFile(join(root, 'x.csv'), '5\n')
    const { report, results } = await back(past, 'shown', true)
    expect(results).toMatchObject({ rows: 'recomputed', total: 'recomputed', other: 'recomputed' })
    expect(report.loaded).toEqual([])
  })

  test('variables that had parts in common have them in common again', async () => {
    const past = await lived()
    const { report, results } = await back(past, 'change')
    expect(results).toMatchObject({ rows: 'restored', pair: 'restored' })
    expect(report.loaded).toContain(past.runOf('share'))
    const { kernel } = past.session
    expect(kernel && (await ask(kernel, 'pair["rows"] is rows'))).toEqual({ ok: true, value: true })
  })

  test('a loaded variable belongs to the run that made it, and the next run reads it', async () => {
    const past = await lived()
    const { report } = await back(past, 'twin')
    expect(report.loaded).toContain(past.runOf('sum'))
    const { session, world, runOf } = past
    const next = new Promise<string>((resolve) => session.events.once('recorded', ({ run }) => resolve(run)))
    expect(await session.run(['shown'], ada)).toBeNull()
    const receipt = await world.store.index.receipt(await next)
    expect(receipt?.used).toMatchObject([{ name: 'total', by: runOf('sum'), edge: 'observed' }])
    expect(receipt?.generated).toEqual([])
    const shown = await world.store.objects.get(Digest.parse(receipt?.outputs[0]?.digest))
    expect(new TextDecoder().decode(shown ?? undefined)).toContain('3')
  })

  test('chosen variables are loaded under chosen names; all others stay', async () => {
    const past = await lived()
    const { session, world, jobs, ended, id, runOf } = past
    const only = [
      { name: 'rows', as: 'old_rows' },
      { name: 'pair', as: 'old_pair' },
      { name: 'total', as: 'total' },
    ]
    const asked = { kind: 'restore', run: runOf('shown'), documentId: id, branch: false, only } as const
    const job = await ended(jobs.start(asked)?.id ?? '')
    expect(job).toMatchObject({ state: 'done', problem: null, restore: { recomputed: [] } })
    expect(job?.restore?.variables).toEqual([
      { name: 'rows', as: 'old_rows', result: 'restored', why: null },
      { name: 'pair', as: 'old_pair', result: 'restored', why: null },
      { name: 'total', result: 'restored', why: null },
    ])
    const { kernel } = session
    if (kernel === null) throw new Error('no kernel')
    const seen = '[old_pair["rows"] is old_rows, pair["rows"] is rows, rows is old_rows, total, later]'
    expect(await ask(kernel, seen)).toEqual({ ok: true, value: [true, true, false, 3, 5] })
    const next = new Promise<string>((resolve) => session.events.once('recorded', ({ run }) => resolve(run)))
    expect(await session.run(['shown'], ada)).toBeNull()
    const receipt = await receiptOf(world.store, await next)
    expect(receipt.used).toMatchObject([{ name: 'total', by: runOf('sum') }])
  })

  test('what is not stored is computed in a sandbox and loaded; the kernel runs nothing', async () => {
    const { session, world, runOf } = await lived()
    await writeFile(join(root, 'x.csv'), '5\n')
    const count = (await world.store.index.page({})).runs.length
    const options = { actor: ada, branch: false, recompute: true, only: [{ name: 'total', as: 'was' }] }
    const report = await loadValues(world, session, runOf('shown'), options)
    if (isRefused(report)) throw new Error(report.refused.message)
    expect(report.variables).toEqual([{ name: 'total', as: 'was', result: 'recomputed', why: null }])
    const { kernel } = session
    expect(kernel && (await ask(kernel, '[was, total]'))).toEqual({ ok: true, value: [3, 30] })
    expect((await world.store.index.page({})).runs).toHaveLength(count)
  })

  test('an unknown variable is refused, and a keyword is no name', async () => {
    const { session, world, runOf } = await lived()
    const load = (name: string, as: string) =>
      loadValues(world, session, runOf('shown'), { actor: ada, branch: false, only: [{ name, as }] })
    expect(await load('later', 'later')).toMatchObject({ refused: { code: 'missing' } })
    const report = await load('rows', 'class')
    expect(isRefused(report) ? [] : report.variables).toMatchObject([{ result: 'not restorable' }])
  })

  test('a value whose signature is not ours is not loaded, and one that is damaged is made again', async () => {
    const past = await lived()
    const { store } = past.world
    const foreign = { ...past.world, store: { ...store, key: { ...store.key, signed: () => false } } }
    const none = await loadableValues(foreign, [await receiptOf(store, past.runOf('sum'))])
    expect([...none]).toEqual([])
    const lost = (await receiptOf(store, past.runOf('sum'))).generated.map(({ value }) => value?.digest)
    const objects: Store['objects'] = {
      put: (bytes) => store.objects.put(bytes),
      putPages: (pages) => store.objects.putPages(pages),
      has: (digest) => store.objects.has(digest),
      size: (digest) => store.objects.size(digest),
      remove: (digests) => store.objects.remove(digests),
      list: () => store.objects.list(),
      get: async (digest) => (lost.includes(digest) ? null : store.objects.get(digest)),
    }
    const { results } = await back(
      { ...past, world: { ...past.world, store: { ...store, objects } } },
      'shown',
    )
    expect(results).toMatchObject({ rows: 'restored', total: 'recomputed', other: 'restored' })
  })

  test('a replay is a job that reports its progress, and leaves the log as it was', async () => {
    const { jobs, ended, runOf, world } = await lived()
    await writeFile(join(root, 'x.csv'), '5\n')
    const target = { kind: 'run', run: runOf('shown') } as const
    const plan = await planOf(world, target)
    expect(isRefused(plan) ? [] : plan.files).toMatchObject([{ name: 'x.csv', from: 'store' }])
    const asked = { kind: 'replay', target, env: false } as const
    const job = await ended(jobs.start(asked)?.id ?? '')
    expect(job).toMatchObject({
      state: 'done',
      replay: { verdict: 'identical' },
      progress: { done: 3, total: 3 },
    })
    expect((await world.store.index.page({})).runs).toHaveLength(Object.keys(cells).length)
  })

  test('what cannot be is said: an unknown run, a notebook that is not open', async () => {
    const { jobs, ended, runOf } = await lived()
    const missing = jobs.start({ kind: 'since', run: 'ffff', prove: false })
    expect(await ended(missing?.id ?? '')).toMatchObject({ state: 'failed', problem: { code: 'no-run' } })
    const closed = jobs.start({ kind: 'restore', run: runOf('sum'), documentId: 'unknown', branch: false })
    expect(await ended(closed?.id ?? '')).toMatchObject({ state: 'failed', problem: { code: 'missing' } })
  })
})
