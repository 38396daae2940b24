/** Real kernels: values too large to be stored while the kernel waits come back as they were, with what they share. */
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import type { Receipt } from '../../contract/run.ts'
import { seconds } from '../../setup/patience.js'
import { ask } from '../../src/replay/kernel-talk.ts'
import { restore } from '../../src/replay/restore.ts'
import { isRefused } from '../../src/replay/targets.ts'
import {
  ada,
  type House,
  isIdle,
  makeProject,
  openHouse,
  python,
  untilView,
  whySkipped,
} from '../session/house.ts'

const hasTorch = ((): boolean => {
  try {
    execFileSync(python ?? '', ['-c', 'import torch, pandas'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
})()

// Long enough that to load what was made is quicker on any machine.
const slow = '__import__("time").sleep(2)\n'
const cells = {
  import: 'import torch, pandas as pd, numpy as np',
  frame: `${slow}df = pd.DataFrame(np.random.rand(900_000, 5)); part = df`,
  net: 'net = torch.nn.Linear(2500, 1400)\nopt = torch.optim.Adam(net.parameters())\nx = torch.rand(4, 2500)',
  step: `def step():
    opt.zero_grad()
    loss = net(x).square().mean()
    loss.backward()
    opt.step()
    return loss.item()`,
  train: `${slow}first = step()`,
}

test.skipIf(!hasTorch)(
  `a large frame, and a network with its optimizer, come back${whySkipped}`,
  async () => {
    const root = await makeProject(cells)
    const house = await openHouse(root)
    const { session } = await house.open()
    for (const cell of Object.keys(cells)) {
      await session.run([cell], ada)
      await untilView(session, isIdle)
      await session.settled()
      await settled(house)
    }
    const receipts = await settled(house)
    const value = (place: number, name: string) =>
      receipts[place]?.generated.find((edge) => edge.name === name && edge.kind === 'variable')
    expect(receipts.flatMap(({ notCaptured }) => notCaptured)).toEqual([])
    expect(value(1, 'df')?.value?.size).toBeGreaterThan(36_000_000)
    for (const name of ['net', 'opt'])
      expect(value(4, name)).toMatchObject({ value: { format: 'pickle5-bundle' } })
    const last = receipts.at(-1)?.run ?? ''
    const answer = async (code: string): Promise<unknown> => {
      const { kernel } = session
      if (kernel === null) throw new Error('no kernel')
      const said = await ask(kernel, code)
      return said.ok ? said.value : said.why
    }
    const sum = await answer(SUM)
    const losses = await answer(STEPS)
    const world = { store: house.store, kernels: house.kernels, root, env: process.env }
    const restored = await restore(world, session, last, { actor: ada, branch: true })
    if (isRefused(restored)) throw new Error(JSON.stringify(restored))
    const results = restored.variables.filter(({ name }) => ['df', 'part', 'net', 'opt'].includes(name))
    expect(results.map(({ name, result, why }) => [name, result, why])).toEqual(
      results.map(({ name }) => [name, 'restored', null]),
    )
    expect(await answer(SUM)).toBe(sum)
    expect(await answer(STEPS)).toEqual(losses)
    expect(await answer('(lambda s: s["part"] is s["df"])(__import__("__main__").__dict__)')).toBe(true)
    await house.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  },
  seconds(240),
)

const SUM = 'float(__import__("__main__").df.to_numpy().sum())'
const STEPS = '[__import__("__main__").step() for _ in range(2)]'

/** Receipts in their order, when nothing of them is under way. */
const settled = (house: House): Promise<readonly Receipt[]> =>
  vi.waitFor(async () => {
    const { runs } = await house.store.index.page({})
    const found = await Promise.all(runs.toReversed().map(({ run }) => house.store.index.receipt(run)))
    const all = found.filter((receipt) => receipt !== null)
    expect(all).toHaveLength(runs.length)
    const pending = all
      .flatMap(({ notCaptured }) => notCaptured)
      .filter(({ why }) => why.includes('not arrived'))
    expect(pending).toEqual([])
    return all
  }, seconds(30))
