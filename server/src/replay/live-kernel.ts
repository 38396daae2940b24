/**
 * Restores in the kernel that a person works with. Invariant: while it loads and runs, Python refuses effects outside;
 * afterwards the kernel is in the notebook's folder, and free again.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import type { Isolation } from '../../contract/replay.ts'
import type { Session } from '../session/session.ts'
import { type BringBackOptions, type BroughtBack, bringBack } from './bring-back.ts'
import { isInert } from './inert.ts'
import { copiedSandbox } from './isolation/copied.ts'
import { callAgent, perform } from './kernel-talk.ts'
import { ownFiles, type PreparedStep } from './plan.ts'
import type { Loadable } from './restore-plan.ts'
import type { ReplayWorld } from './world.ts'

const goCode = 'import os\nos.chdir(given)'
const facts: Isolation = { name: 'none', writes: 'open', programs: 'open', network: 'open', why: null }

export async function inLiveKernel(
  world: ReplayWorld,
  { session, kernel }: { readonly session: Session; readonly kernel: Kernel },
  cwd: string,
  what: { readonly load: readonly Loadable[]; readonly steps: readonly PreparedStep[] },
  options: BringBackOptions,
): Promise<BroughtBack> {
  const { steps } = what
  // Values are loaded from files that a kernel elsewhere does not see.
  if (kernel.lacks.includes('project-folder'))
    return { again: new Map(), loaded: new Set(), unloadable: new Set() }
  const place = { root: world.root, cwd, id: randomBytes(10).toString('hex'), python: '', network: true }
  const isBare = steps.length === 0
  const sandbox = await copiedSandbox({ ...place, without: ownFiles(steps), touched: new Set() }, facts, {
    isBare,
  })
  try {
    const refused = await refuseEffects(kernel, world, sandbox.shared, steps)
    if (!refused) return { again: new Map(), loaded: new Set(), unloadable: new Set() }
    if (!isBare && !(await perform(kernel, goCode, sandbox.cwd)).ok)
      return { again: new Map(), loaded: new Set(), unloadable: new Set() }
    return await bringBack(world, { session, kernel, cwd, sandbox }, what, options)
  } finally {
    await callAgent(kernel, 'refusals.allow', [])
    if (!isBare) await perform(kernel, goCode, cwd)
    await sandbox.remove()
  }
}

/** Imports of installed packages may start programs to look around; anything else may not. */
async function refuseEffects(
  kernel: Kernel,
  { maySend = [], mayStart = [], mayWrite = [] }: ReplayWorld,
  shared: string,
  steps: readonly PreparedStep[],
): Promise<boolean> {
  const own = kernel.here === null ? [] : [kernel.here.folder]
  const writable = [join(shared, '..'), ...own, ...mayWrite]
  const programs = steps.every(({ receipt }) => isInert(receipt)) || mayStart
  return (await callAgent(kernel, 'refusals.refuse', [writable, programs, maySend])).ok
}
