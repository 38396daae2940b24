/** What a replay's kernel is given that the notebook's had not: the recorded environment, and the way into the copy. */
import { delimiter, isAbsolute, join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import { layOver } from './interpreter.ts'
import { redirectCode, variablesCode } from './kernel-code.ts'
import { perform } from './kernel-talk.ts'
import type { PreparedStep } from './plan.ts'
import type { ReadyReplay } from './ready-replay.ts'
import type { Scratch } from './scratch.ts'
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
  scratch: Scratch,
  problems: string[],
): Promise<Readonly<Record<string, string | null>>> {
  const recorded = withEnvironment ? ready.environment : []
  const versions = recorded.flatMap(({ what, name, was }) =>
    what === 'package' && was !== null ? [{ name, version: was }] : [],
  )
  const variables = Object.fromEntries(
    recorded.flatMap(({ what, name, was }) => (what === 'variable' ? [[name, was]] : [])),
  )
  const distributions = [...versions, ...swaps.distributions]
  const [python] = ready.spec.argv
  if (distributions.length === 0 || python === undefined) return { ...variables, ...swaps.variables }
  const folder = join(scratch.root, '..', 'packages')
  const problem = await layOver(python, folder, distributions, world.env)
  if (problem !== null) problems.push(problem)
  const path = [folder, world.env.PYTHONPATH].filter(Boolean).join(delimiter)
  return { ...variables, ...swaps.variables, PYTHONPATH: path }
}

/** Unsets variables, and leads absolute paths into the copy; what could not be led is added to `problems`. */
export async function prepareKernel(
  kernel: Kernel,
  { root }: ReplayWorld,
  scratch: Scratch,
  steps: readonly PreparedStep[],
  variables: Readonly<Record<string, string | null>>,
  problems: string[],
): Promise<void> {
  const unset = Object.fromEntries(Object.entries(variables).filter(([, value]) => value === null))
  if (Object.keys(unset).length > 0) await perform(kernel, variablesCode, unset)
  const files = outsideFiles(scratch, steps)
  if (Object.keys(files).length === 0 && !steps.some(({ receipt }) => receipt.source.includes(root))) return
  const told = await perform(kernel, redirectCode, { root, copy: scratch.root, files })
  if (!told.ok) problems.push(`absolute paths could not be led into the copy: ${told.why}`)
}

/** Files elsewhere that are given as they were, or that a step writes, and where they lie instead. */
function outsideFiles(scratch: Scratch, steps: readonly PreparedStep[]): Readonly<Record<string, string>> {
  const given = steps.flatMap(({ given }) =>
    given.flatMap(({ pin }) => (pin.from === 'store' ? [pin.name] : [])),
  )
  const written = steps.flatMap(({ receipt }) =>
    receipt.generated.flatMap(({ kind, name }) => (kind === 'file' ? [name] : [])),
  )
  const outside = [...given, ...written].filter((name) => isAbsolute(name) && scratch.locate(name) === null)
  return Object.fromEntries(outside.map((name) => [name, join(scratch.root, '..', 'elsewhere', name)]))
}
