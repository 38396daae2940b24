/**
 * A rehearsal of what a restoration would run: in a sandbox first, so that the person's kernel runs only what is seen to
 * have no effects. Invariant: a run counts as clean only if, in the sandbox, it ended as it did then, changed no file in a way
 * that a copy does not hold back, reached for no network and started no program.
 */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import * as Y from 'yjs'
import type { Receipt } from '../../contract/run.ts'
import { Session } from '../session/session.ts'
import { type BringBackOptions, type BroughtBack, bringBack } from './bring-back.ts'
import { hashSeedOf } from './chance.ts'
import { writesPastCopy } from './effects.ts'
import { inSandbox } from './interpreter.ts'
import { isNoise } from './isolation/changes.ts'
import type { Marks, Sandbox } from './isolation/isolation.ts'
import type { Chosen } from './isolation/members.ts'
import { LateContents } from './late-contents.ts'
import { until } from './perform.ts'
import { ownFiles, type PreparedStep, touchedFiles } from './plan.ts'
import { prepareKernel } from './replay-kernel.ts'
import { type Loadable, versionKey } from './restore-plan.ts'
import type { ReplayWorld } from './world.ts'

/** Values are moved to the person's kernel by the store: what a rehearsal may spend on them. */
const VALUES = {
  YESTERDAY_VALUE_MIB: '4096',
  YESTERDAY_VALUE_MS: '120000',
  YESTERDAY_VALUES_MIB: '16384',
} as const

export interface RehearsalOf {
  readonly chosen: Chosen
  readonly specName: string
  readonly python: string
  /** The run after which the variables are wanted. */
  readonly asked: Receipt
  /** The notebook's folder. */
  readonly cwd: string
  readonly load: readonly Loadable[]
  readonly steps: readonly PreparedStep[]
}

export interface Rehearsal extends BroughtBack {
  /** Recorded runs that were seen to have no effects. */
  readonly clean: ReadonlySet<string>
  /** By `versionKey` of the recorded run: values that can be moved. */
  readonly values: ReadonlyMap<string, Loadable>
  /** Why it could not be done, or not all of it; null where it could. */
  readonly problem: string | null
}

export const noRehearsal = (problem: string | null = null): Rehearsal => ({
  again: new Map(),
  loaded: new Set(),
  unloadable: new Set(),
  clean: new Set(),
  values: new Map(),
  problem,
})

export async function rehearse(
  world: ReplayWorld,
  of: RehearsalOf,
  options: BringBackOptions,
): Promise<Rehearsal> {
  const { chosen, cwd, python, steps } = of
  const sandbox = await chosen.member.open(
    {
      root: world.root,
      cwd,
      id: randomBytes(10).toString('hex'),
      python,
      without: ownFiles(steps),
      touched: touchedFiles(steps),
      network: chosen.facts.network === 'open',
    },
    chosen.facts,
  )
  try {
    const done = await rehearseIn(sandbox, world, of, options)
    // With what came behind the replies: the session has settled.
    return { ...done, values: await movable(world, done, of.steps) }
  } finally {
    await sandbox.remove()
  }
}

async function rehearseIn(
  sandbox: Sandbox,
  world: ReplayWorld,
  of: RehearsalOf,
  options: BringBackOptions,
): Promise<Rehearsal> {
  const session = sessionOf(sandbox, world, of)
  const stop = (): void => session.kill('the restoration was stopped')
  options.signal?.addEventListener('abort', stop, { once: true })
  try {
    session.start(null, null)
    await until(session, () => session.view().kernel.state !== 'starting')
    const { kernel } = session
    if (kernel === null) return noRehearsal(session.view().kernel.problem ?? 'the kernel did not start')
    if (!kernel.recording) return noRehearsal(kernel.agentProblem ?? 'this kernel does not record')
    await sandbox.started()
    const late = new LateContents(kernel)
    const problems: string[] = []
    await prepareKernel(kernel, world, sandbox, of.steps, {}, problems)
    const clean = new Set<string>()
    let marks = await sandbox.marks()
    const onRepeated = async (was: Receipt, is: Receipt): Promise<void> => {
      const now = await sandbox.marks()
      const place = (name: string): string => sandbox.copy?.locate(name) ?? resolve(of.cwd, name)
      if (isClean(was, is, place, [marks, now])) clean.add(was.run)
      marks = now
    }
    const place = { session, kernel, cwd: of.cwd, sandbox, onRepeated }
    const done = await bringBack(world, place, of, options)
    await late.finish()
    return { ...done, clean, values: new Map(), problem: problems[0] ?? null }
  } finally {
    options.signal?.removeEventListener('abort', stop)
    session.shutdown(options.actor)
    await session.settled()
  }
}

function sessionOf(sandbox: Sandbox, { kernels, store }: ReplayWorld, of: RehearsalOf): Session {
  return new Session({
    kernels: inSandbox(kernels, sandbox, { ...VALUES, ...hashSeedOf(of.steps) }),
    store,
    doc: new Y.Doc(),
    documentId: null,
    path: () => of.asked.notebook,
    cwd: () => sandbox.cwd,
    defaultSpec: async () => of.specName,
    allowStdin: false,
    prewarm: false,
    purpose: { kind: 'restore', of: of.asked.run },
  })
}

/**
 * It ended as it did then, and did nothing outside but what a live kernel can be kept from doing to the present: to write
 * files of the notebook's folder by Python's own `open`, which there lead to a copy.
 */
function isClean(
  was: Receipt,
  is: Receipt,
  placeOf: (name: string) => string,
  [before, after]: readonly [Marks, Marks],
): boolean {
  const reached = [...was.used, ...is.used].some(({ kind }) => REACHING.has(kind))
  if (was.outcome !== is.outcome || reached || before.network !== after.network) return false
  const writes = [was, is].flatMap((receipt) => writesPastCopy(receipt))
  if (writes.some(({ kind, name }) => kind !== 'file' || !isNoise(name))) return false
  const led = new Set(is.generated.flatMap(({ kind, name }) => (kind === 'file' ? [placeOf(name)] : [])))
  return changedPaths(before, after).every((path) => led.has(path))
}
const REACHING: ReadonlySet<string> = new Set(['subprocess', 'socket', 'url'])

const changedPaths = ({ files: before }: Marks, { files: after }: Marks): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path))

/** What the rehearsal made, under the names of the recorded runs. */
async function movable(
  { store }: ReplayWorld,
  { again }: BroughtBack,
  steps: readonly PreparedStep[],
): Promise<ReadonlyMap<string, Loadable>> {
  const found = new Map<string, Loadable>()
  for (const { receipt } of steps) {
    const { run, order } = receipt
    const repeated = again.get(run)
    const settled = repeated && (await store.index.receipt(repeated.run))
    for (const edge of settled?.generated ?? [])
      if (edge.kind === 'variable' && edge.value !== null && edge.digest !== null)
        found.set(versionKey(run, edge.name), { run, order, edge })
  }
  return found
}
