/** Real kernels: a session goes on in the kernel of another Python, and back again. */
import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { MoveReport } from '../../contract/move.ts'
import type { Job } from '../../contract/replay.ts'
import { Jobs } from '../../src/replay/jobs.ts'
import { ask } from '../../src/replay/kernel-talk.ts'
import { performJobs } from '../../src/replay/perform-jobs.ts'
import {
  ada,
  type House,
  makeProject,
  openHouse,
  python,
  runAll,
  textOf,
  whySkipped,
} from '../session/house.ts'

/** Another Python, with other packages, where the runner has one. */
const other = process.env.YESTERDAY_TEST_OTHER_PYTHON ?? python ?? ''

const train = `w = [b - 0.1 * (random.random() * b + g) for b, g in zip(w, (0.1, 0.2))]
loss = sum(b * b for b in w)
print(loss)`

const cells = {
  begin:
    'import random, os\nimport numpy as np\nrandom.seed(7)\nnp.random.seed(7)\nos.environ["STAGE"] = "late"',
  make: 'w = [1.0, 2.0]\nx = np.arange(20_000.0)\nrows = [{"a": 1}]\nsame = rows',
  define: 'def double(v):\n    return v * 2\nclass Point:\n    def __init__(self, a):\n        self.a = a',
  use: 'p = Point(3)\nnoise = np.random.rand(3)',
  open: 'flow = (n for n in range(3))\nnext(flow)\nimport sqlite3, threading\ncon = sqlite3.connect(":memory:")\nlock = threading.Lock()',
  write: 'open("out.txt", "w").write("x")\ndef writer():\n    pass',
  step: train,
  check:
    'print(double(w[0]), p.a, x[-1], same is rows, os.environ["STAGE"], random.random(), np.random.rand())',
}

describe.skipIf(python === null)(`a session that moves${whySkipped}`, () => {
  let root = ''
  let house: House | null = null

  afterEach(async () => {
    await house?.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })

  async function begin(ran: readonly string[]) {
    root = await makeProject(cells)
    house = await openHouse(root, { interpreters: [{ name: 'other', displayName: 'Other', python: other }] })
    const { store, kernels, sessions } = house
    const notebook = await house.open()
    await runAll(notebook.session, ran)
    const jobs = new Jobs(performJobs({ store, kernels, root, env: process.env }, sessions))
    const until = async (id: string, holds: (job: Job) => boolean): Promise<Job> => {
      for (let job = await jobs.look(id, null, 0); ; job = await jobs.look(id, job?.revision ?? 0, 60_000)) {
        if (job === null) throw new Error('there is no such job')
        if (holds(job) || job.state !== 'running') return job
      }
    }
    const request = { kind: 'move', documentId: notebook.id, keep: true, confirm: false } as const
    const moveTo = async (spec: string, more: { readonly keep?: boolean } = {}): Promise<MoveReport> => {
      const id = jobs.start({ ...request, spec, ...more })?.id ?? ''
      const job = await until(id, () => false)
      if (job.state !== 'done' || job.move === null) throw new Error(JSON.stringify(job.problem))
      return job.move
    }
    return { ...notebook, jobs, until, request, moveTo, store }
  }

  const ways = ({ plan }: MoveReport) =>
    Object.fromEntries(plan.variables.map(({ name, way, reason }) => [name, reason?.code ?? way]))

  test('goes on as if it had not moved, and back again', async () => {
    const { session, doc, moveTo, store } = await begin(Object.keys(cells).slice(0, -1))
    const unmoved = await ask(session.kernel ?? never(), "[__import__('random').getstate()[1][0], w]")
    const first = session.view().session ?? ''
    const there = await moveTo('other')
    expect(there).toMatchObject({ moved: true, kept: true, problems: [] })
    expect(ways(there)).toMatchObject({
      w: 'sent',
      x: 'sent',
      rows: 'sent',
      double: 'rerun',
      Point: 'rerun',
      p: 'sent',
      flow: 'generator',
      con: 'connection',
      lock: 'thread',
      writer: 'effects',
    })
    expect(there.plan.variables.filter(({ way, result }) => way !== 'left' && result !== 'there')).toEqual([])
    expect(session.view()).toMatchObject({ kernel: { state: 'idle', spec: 'other' } })
    expect(session.view().session).not.toBe(first)
    expect(await ask(session.kernel ?? never(), "[__import__('random').getstate()[1][0], w]")).toEqual(
      unmoved,
    )
    await runAll(session, ['check'])
    const moved = textOf(doc, 'check')
    expect(moved).toContain('True late')
    // The kernel before went on from the same state.
    const back = await moveTo('tested')
    expect(back.plan.isBack).toBe(true)
    expect(session.view().session).toBe(first)
    expect(ways(back)).toMatchObject({ w: 'present', p: 'present', x: 'present', Point: 'present' })
    expect(await ask(session.kernel ?? never(), 'next(flow)')).toEqual({ ok: true, value: 1 })
    const { runs } = await store.index.page({ limit: 5 })
    // Nothing ran again: what the kernel has is not made twice.
    expect(runs[0]?.session).toBe(there.session)
    await runAll(session, ['step'])
    const receipt = await store.index.receipt((await store.index.page({ limit: 1 })).runs[0]?.run ?? '')
    expect(receipt?.session).toBe(first)
    expect(receipt?.environment?.facets).not.toEqual({})
    expect(await store.index.moves([first])).toMatchObject([{ why: 'asked' }, { why: 'asked' }])
  })

  test('continues training as if it had not moved', async () => {
    const { session, doc, moveTo } = await begin(['begin', 'make', 'step'])
    await moveTo('other')
    await runAll(session, ['step'])
    const moved = textOf(doc, 'step')
    // In the kernel that was kept, the same step from the same state.
    const kept = session.kept[0]?.link.kernel ?? never()
    const code = `(lambda s: (exec(${JSON.stringify(train.replace(/\nprint.*/, ''))}, s), s['loss'])[1])(dict(w=w, random=random))`
    expect(await ask(kept, code)).toEqual({ ok: true, value: Number(moved) })
  })

  test('names what stays behind before it moves, and moves when that is confirmed', async () => {
    const { session, jobs, until, request } = await begin(['begin', 'make'])
    const first = session.view().session
    const id = jobs.start({ ...request, spec: 'other', confirm: true })?.id ?? ''
    const asked = await until(id, ({ progress }) => progress.phase === 'waiting')
    expect(asked.move).toMatchObject({ moved: false, plan: { random: expect.arrayContaining(['random']) } })
    const packages = asked.move?.plan.packages.map(({ name }) => name)
    if (other !== python) expect(packages).toContain('numpy')
    expect(session.view().session).toBe(first)
    jobs.confirm(id)
    expect(await until(id, () => false)).toMatchObject({ state: 'done', move: { moved: true } })
    expect(session.view().session).not.toBe(first)
  })

  test('a server that starts again knows both kernels', async () => {
    const { session, moveTo, id } = await begin(['make'])
    const [first, there] = [session.view().session, await moveTo('other')]
    await house?.close({ shutdown: false })
    house = await openHouse(root, { interpreters: [{ name: 'other', displayName: 'Other', python: other }] })
    await house.sessions.recover()
    const back = (await house.open()).session
    expect(back.view()).toMatchObject({ session: there.session, kernel: { state: 'idle', spec: 'other' } })
    expect(back.kept.map(({ link }) => link.session)).toEqual([first])
    expect(id).toBe((await house.open()).id)
    expect(await ask(back.kept[0]?.link.kernel ?? never(), 'w')).toEqual({ ok: true, value: [1, 2] })
    back.shutdown(ada)
    await back.settled()
    expect(await house.store.index.openSessions()).toEqual([])
  })

  test('stopped before it is confirmed, it leaves everything as it was', async () => {
    const { session, jobs, until, request } = await begin(['make'])
    const first = session.view().session
    const id = jobs.start({ ...request, spec: 'other', confirm: true })?.id ?? ''
    await until(id, ({ progress }) => progress.phase === 'waiting')
    jobs.stop(id)
    expect(await until(id, () => false)).toMatchObject({ state: 'stopped' })
    expect(session.view().session).toBe(first)
    expect((await house?.kernels.list())?.filter(({ pid }) => pid !== null)).toHaveLength(1)
    expect(await ask(session.kernel ?? never(), 'w')).toEqual({ ok: true, value: [1, 2] })
  })
})

function never(): never {
  throw new Error('there is no kernel')
}
