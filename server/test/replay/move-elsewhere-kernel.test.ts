/** A real Jupyter server: a session goes on there with its files, and comes back. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cuttingProxy,
  endLaunched,
  jupyterPython,
  startJupyterServer,
  startSshd,
  TOKEN,
  whyNoJupyter,
  whyNoSshd,
} from '@yesterday/kernel-bridge/test-servers'
import { afterEach, describe, expect, test } from 'vitest'
import { Jobs } from '../../src/replay/jobs.ts'
import { ask } from '../../src/replay/kernel-talk.ts'
import { performJobs } from '../../src/replay/perform-jobs.ts'
import { processSigner } from '../../src/setup/open-kernels.ts'
import {
  ada,
  type House,
  isIdle,
  makeProject,
  openHouse,
  outputsOf,
  python,
  raze,
  receipts,
  runAll,
  textOf,
  untilView,
  whySkipped,
} from '../session/house.ts'

const cells = {
  read: 'import random, helper\nrandom.seed(3)\nrows = [int(line) for line in open("data/x.csv")]',
  secret: 'class Setting:\n    text = open(".env").read()',
  make: 'blob = random.randbytes(6_000_000)\ndef total(v):\n    return helper.twice(sum(v))',
  count: 'import time\nfor i in range(20):\n    print(i, flush=True)\n    time.sleep(0.02)\nx = 41',
  more: 'open("there.txt", "w").write("hi")\nprint(x + 1)',
  check: 'print(total(rows), len(blob), random.random())\nprint([int(line) for line in open("data/x.csv")])',
}

describe.skipIf(python === null || jupyterPython === null)(
  `a session that moves to a Jupyter server${whySkipped}${whyNoJupyter}`,
  () => {
    const ends: (() => Promise<unknown>)[] = []
    afterEach(async () => {
      for (const end of ends.splice(0).toReversed()) await end()
    })

    async function begin(connections: Readonly<Record<string, readonly unknown[]>> = {}) {
      const server = await startJupyterServer()
      ends.push(server.end)
      const proxy = await cuttingProxy(server.port)
      ends.push(proxy.end)
      const root = await makeProject(cells)
      await mkdir(join(root, 'data'))
      await writeFile(join(root, 'data', 'x.csv'), '1\n2\n')
      await writeFile(join(root, '.env'), 'KEY=abc\n')
      await writeFile(join(root, 'helper.py'), 'def twice(v):\n    return 2 * v\n')
      const lab = { id: 'lab', title: 'Lab', url: proxy.url, token: TOKEN, timeoutMs: 20_000, ca: null }
      const list = (provider: string) => ({ jupyter: [lab], ...connections })[provider] ?? []
      const house: House = await openHouse(root, { connections: { list } })
      ends.push(() => raze(house))
      const { store, kernels, sessions } = house
      const notebook = await house.open()
      await runAll(notebook.session, ['read', 'secret', 'make'])
      const jobs = new Jobs(performJobs({ store, kernels, root, env: process.env }, sessions))
      const move = async (spec: string, onSending: () => void = () => undefined) => {
        const asked = { kind: 'move', documentId: notebook.id, spec, keep: true, confirm: false } as const
        const id = jobs.start(asked)?.id ?? ''
        for (
          let job = await jobs.look(id, null, 0);
          ;
          job = await jobs.look(id, job?.revision ?? 0, 60_000)
        ) {
          if (job?.progress.phase === 'sending') onSending()
          if (job?.state !== 'running') return job
        }
      }
      return { ...notebook, ...{ server, proxy, move, root, house } }
    }

    test('takes variables, files and modules along, and comes back', async () => {
      const { session, doc, server, move, house } = await begin()
      const first = session.kernel
      const job = await move('python3@lab')
      expect(job).toMatchObject({ state: 'done', move: { moved: true, problems: [] } })
      const files = Object.fromEntries(
        job?.move?.plan.files.map(({ name, reason }) => [name, reason?.code]) ?? [],
      )
      expect(files).toEqual({ 'data/x.csv': undefined, helper: undefined, '.env': 'secret' })
      const setting = job?.move?.plan.variables.find(({ name }) => name === 'Setting')
      expect(setting?.reason?.code).toBe('unmade')
      const others = job?.move?.plan.variables.filter(({ name }) => name !== 'Setting') ?? []
      expect(others.filter(({ result }) => result !== 'there')).toEqual([])
      await runAll(session, ['check'])
      expect(outputsOf(doc, 'check')).toEqual([expect.objectContaining({ name: 'stdout' })])
      expect(textOf(doc, 'check')).toMatch(/^6 6000000 0\.\d+\n\[1, 2\]\n$/)
      // The kernel that was kept draws the same number next.
      const drawn = await ask(first ?? never(), "__import__('random').random()")
      expect(textOf(doc, 'check')).toContain(` ${drawn.ok ? String(drawn.value) : ''}\n`)
      const all = await receipts(house)
      expect(all[0]?.host).toBeNull()
      expect(all.at(-1)?.host).toMatchObject({ provider: 'jupyter', name: 'Lab', node: null })
      const [folder = ''] = (await readdir(server.dir)).filter((name) => name.startsWith('yesterday-'))
      expect(await readFile(join(server.dir, folder, 'data', 'x.csv'), 'utf8')).toBe('1\n2\n')
      const back = await move('tested')
      expect(back?.move?.plan.isBack).toBe(true)
      expect(session.kernel).toBe(first)
    })

    test.skipIf(whyNoSshd !== '')(`goes on at a machine by SSH${whyNoSshd}`, async () => {
      const sshd = await startSshd()
      ends.push(sshd.end)
      const folder = await mkdtemp(join(tmpdir(), 'ys-there-'))
      const host = {
        id: 'gpu1',
        title: 'gpu1',
        target: 'gpu1',
        python: jupyterPython,
        folder,
        config: sshd.config,
      }
      ends.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
      const { session, doc, move, house } = await begin({ ssh: [host] })
      const signer = processSigner(house.root)
      // Kernels end before their server.
      ends.splice(-1, 0, () => endLaunched(host, signer))
      expect(await move('python3@gpu1')).toMatchObject({ state: 'done', move: { moved: true, problems: [] } })
      await runAll(session, ['check'])
      expect(textOf(doc, 'check')).toMatch(/^6 6000000 0\.\d+\n\[1, 2\]\n$/)
      // It is that machine and its environment which the receipt names.
      const receipt = (await receipts(house)).at(-1)
      expect(receipt?.host).toMatchObject({ provider: 'ssh', name: 'gpu1', job: null })
      expect(receipt?.environment?.facets.executable).toContain('jupyter')
    })

    test('comes to a new kernel of this machine, after the connection was cut', async () => {
      const { session, doc, proxy, move } = await begin()
      await session.restart('python3@lab', ['count'], ada)
      await untilView(session, ({ running }) => running !== null)
      proxy.cut()
      await untilView(session, isIdle)
      await runAll(session, ['more'])
      expect(textOf(doc, 'more')).toBe('42\n')
      const job = await move('tested')
      expect(job?.move).toMatchObject({ moved: true, plan: { isBack: false }, problems: [] })
      expect(session.kernel?.spec.name).toBe('tested')
      await runAll(session, ['more'])
      expect(textOf(doc, 'more')).toBe('42\n')
      expect((await move('python3@lab'))?.move).toMatchObject({ moved: true, plan: { isBack: true } })
    })

    test('stays where it is if the network fails on the way', async () => {
      const { session, proxy, move, house } = await begin()
      const [first, id] = [session.kernel, session.view().session]
      const job = await move('python3@lab', () => {
        proxy.setDown(true)
        proxy.cut()
      })
      expect(job).toMatchObject({ state: 'failed' })
      expect(session.kernel).toBe(first)
      expect(session.view()).toMatchObject({ session: id, kernel: { state: 'idle' } })
      expect(await ask(first ?? never(), 'rows')).toEqual({ ok: true, value: [1, 2] })
      expect(await house.store.index.moves([id ?? ''])).toEqual([])
      proxy.setDown(false)
      expect(await move('python3@lab')).toMatchObject({ state: 'done', move: { moved: true } })
    })
  },
)

function never(): never {
  throw new Error('there is no kernel')
}
