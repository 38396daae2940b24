/** Real kernels: recorded runs whose code held a secret run again with it, and say so where it is nowhere. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareReplay, type ReadyReplay } from '../../src/replay/ready-replay.ts'
import { replay } from '../../src/replay/replay.ts'
import { restore } from '../../src/replay/restore.ts'
import { isRefused } from '../../src/replay/targets.ts'
import type { ReplayWorld } from '../../src/replay/world.ts'
import { projectSecrets } from '../../src/secrets/secrets.ts'
import {
  ada,
  type House,
  makeProject,
  openHouse,
  python,
  raze,
  receipts,
  runAll,
  whySkipped,
} from '../session/house.ts'

const secret = 'Sesame-77x-open'
const cells = {
  login: `login = dict(user="me", password="${secret}")\nsize = sum(map(ord, login["password"]))`,
  shown: 'print(size)',
}

describe.skipIf(python === null)(`replaying code that held a secret${whySkipped}`, () => {
  let house: House
  let notebook: Awaited<ReturnType<House['open']>>
  /** A program that was started later: it knows no more than the project's own secrets. */
  const world = (more: Partial<ReplayWorld> = {}): ReplayWorld => {
    const { store, kernels, root } = house
    return { store: { ...store, secrets: projectSecrets(root, {}) }, kernels, root, env: {}, ...more }
  }
  const ready = async (more: Partial<ReplayWorld> = {}): Promise<ReadyReplay> => {
    const found = await prepareReplay(world(more), { kind: 'notebook', path: 'a.ipynb' })
    if (isRefused(found)) throw new Error(found.refused.message)
    return found
  }

  beforeAll(async () => {
    house = await openHouse(await makeProject(cells))
    notebook = await house.open()
    await runAll(notebook.session, Object.keys(cells))
  })
  afterAll(() => raze(house))

  test('it takes the secret from the notebook, and the new record is masked as the old one was', async () => {
    const report = await replay(world(), await ready(), { actor: ada, purpose: { kind: 'replay', of: 'x' } })
    expect(report).toMatchObject({ verdict: 'identical', problems: [] })
    const was = (await receipts(house)).find(({ cellId }) => cellId === 'login')
    const is = await house.store.index.receipt(report.steps[0]?.replayRun ?? '')
    expect(was?.source).toMatch(/password="•{6}[0-9a-f]{8}"/)
    expect(is?.source).toBe(was?.source)
  })

  test('without it the cell cannot run; a variable or a person gives it, and the kernel gets it back', async () => {
    const file = join(house.root, 'a.ipynb')
    const saved = await readFile(file, 'utf8')
    await writeFile(file, saved.replaceAll(secret, 'elsewhere'))
    const without = await ready()
    expect(without.plan.steps).toMatchObject([
      { action: 'cannot', why: expect.stringMatching(/YESTERDAY_SECRET_[0-9A-F]{8}/) },
      { action: 'cannot', why: expect.stringContaining('which cannot be run') },
    ])
    const variable = /YESTERDAY_SECRET_[0-9A-F]{8}/.exec(without.plan.steps[0]?.why ?? '')?.[0] ?? ''
    expect((await ready({ env: { [variable]: secret } })).plan.steps[0]?.action).toBe('re-run')
    const asked = await ready({ askSecret: async () => secret })
    expect(asked.steps[0]?.receipt.source).toBe(cells.login)
    const declined = await ready({ askSecret: async () => null })
    expect(declined.plan.steps[0]?.action).toBe('cannot')
    const run = (await receipts(house)).find(({ cellId }) => cellId === 'shown')?.run ?? ''
    const options = { actor: ada, branch: true, recompute: true }
    const given = world({ askSecret: async () => secret })
    const report = await restore(given, notebook.session, run, options)
    expect(isRefused(report) ? report : report.variables.map(({ name, result }) => [name, result])).toEqual([
      ['login', 'recomputed'],
      ['size', 'recomputed'],
    ])
  })
})
