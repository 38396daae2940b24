/** What a replay's kernel is given that the notebook's had not: the recorded environment, and the way into the copy. */
import { delimiter, isAbsolute, join, sep } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import { hashSeedOf } from './chance.ts'
import { formerVariables } from './environment.ts'
import { layOver } from './interpreter.ts'
import type { Sandbox } from './isolation/isolation.ts'
import { redirectCode, variablesCode } from './kernel-code.ts'
import { callAgent, perform } from './kernel-talk.ts'
import type { PreparedStep } from './plan.ts'
import type { ReadyReplay } from './ready-replay.ts'
import type { ReplayWorld } from './world.ts'

/** What of the recorded past a proof gives to the replay in another way. */
export interface Swaps {
  /** For the process from its start; null unsets. */
  readonly variables: Readonly<Record<string, string | null>>
  readonly distributions: readonly { readonly name: string; readonly version: string }[]
}

export const noSwaps: Swaps = { variables: {}, distributions: [] }

/** Those that are set. */
export const textsOf = (variables: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  )

/** What the kernel's process is given beside the present environment. */
export async function variablesFor(
  world: ReplayWorld,
  ready: ReadyReplay,
  withEnvironment: boolean,
  swaps: Swaps,
  { shared }: Sandbox,
  problems: string[],
): Promise<Readonly<Record<string, string | null>>> {
  const recorded = withEnvironment ? ready.environment : []
  const versions = recorded.flatMap(({ what, name, was }) =>
    what === 'package' && was !== null ? [{ name, version: was }] : [],
  )
  const chosen = { ...formerVariables(recorded), ...hashSeedOf(ready.steps) }
  const distributions = [...versions, ...swaps.distributions]
  const [python] = ready.spec.argv
  if (distributions.length === 0 || python === undefined) return { ...chosen, ...swaps.variables }
  const folder = join(shared, 'packages')
  const problem = await layOver(python, folder, distributions, world.env)
  if (problem !== null) problems.push(problem)
  const path = [folder, world.env.PYTHONPATH].filter(Boolean).join(delimiter)
  return { ...chosen, ...swaps.variables, PYTHONPATH: path }
}

/** Unsets variables, and leads absolute paths into a copy; what could not be done is added to `problems`. */
export async function prepareKernel(
  kernel: Kernel,
  { root, maySend = [], isLive = false, mayStart = [], mayWrite = [] }: ReplayWorld,
  { copy, facts, shared }: Sandbox,
  steps: readonly PreparedStep[],
  variables: Readonly<Record<string, string | null>>,
  problems: string[],
): Promise<void> {
  const unset = Object.fromEntries(Object.entries(variables).filter(([, value]) => value === null))
  if (Object.keys(unset).length > 0) await perform(kernel, variablesCode, unset)
  if (copy === null) return
  const files = outsideFiles(root, copy, steps)
  const answer = await perform(kernel, redirectCode, { root, copy: copy.root, files })
  if (!answer.ok) problems.push(`absolute paths could not be led into the copy: ${answer.why}`)
  if (facts.writes !== 'open') return
  const own = kernel.here === null ? [] : [kernel.here.folder]
  const writable = [join(copy.root, '..'), shared, ...own, ...mayWrite]
  const refusing = await callAgent(kernel, 'refusals.refuse', [writable, mayStart, isLive || maySend])
  if (!refusing.ok) problems.push(`effects could not be refused: ${refusing.why}`)
}

/** Files elsewhere that are given as they were, or that a step writes, and where they are instead. */
function outsideFiles(
  root: string,
  { locate }: NonNullable<Sandbox['copy']>,
  steps: readonly PreparedStep[],
): Readonly<Record<string, string>> {
  const given = steps.flatMap(({ given }) =>
    given.flatMap(({ pin }) => (pin.from === 'store' ? [pin.name] : [])),
  )
  const written = steps.flatMap(({ receipt }) =>
    receipt.generated.flatMap(({ kind, name }) => (kind === 'file' ? [name] : [])),
  )
  const outside = [...given, ...written].filter((name) => isAbsolute(name) && !isInside(root, name))
  return Object.fromEntries(outside.map((name) => [name, locate(name)]))
}

const isInside = (root: string, path: string): boolean => path === root || path.startsWith(root + sep)
