/** What the kernels of a move say of themselves (agent/yesterday_agent/moving.py). Their answers are checked. */
import type { Kernel } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { callAgent } from '../kernel-talk.ts'

const Text = z.string().max(4_096)
const Versions = z.record(Text, Text)

const Facts = z.object({
  python: Text,
  /** Packages that cannot be imported. */
  missing: z.array(Text),
  /** Of installed distributions. */
  versions: Versions,
  gpu: z.boolean(),
  folder: Text,
})
export type KernelFactsThere = z.infer<typeof Facts>

const Look = Facts.extend({
  variables: z
    .array(
      z.object({
        name: Text,
        type: Text,
        by: Text.nullable(),
        package: Text.nullable(),
        bound: z
          .enum(['generator', 'coroutine', 'thread', 'process', 'file', 'connection', 'gpu'])
          .nullable(),
      }),
    )
    .max(100_000),
  /** Random states in base64, by generator. */
  random: z.record(Text, z.base64()),
  environment: z.record(Text, z.string()),
  hidden: z.array(Text),
  /** Versions of the distributions that were imported. */
  distributions: Versions,
})
export type KernelLook = z.infer<typeof Look>

/** `variables`: names of environment variables. Throws where the kernel does not answer. */
export const lookAt = async (kernel: Kernel, variables: readonly string[]): Promise<KernelLook> =>
  Look.parse(await answerOf(kernel, 'moving.look', [variables]))

export async function factsOf(kernel: Kernel, look: KernelLook): Promise<KernelFactsThere> {
  const packages = [...new Set(look.variables.flatMap((one) => one.package ?? []))]
  return Facts.parse(await answerOf(kernel, 'moving.facts', [packages, Object.keys(look.distributions)]))
}

/** Sets states. Returns what could not be set. */
export const giveStates = async (
  kernel: Kernel,
  states: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
  folder: string | null,
): Promise<readonly string[]> =>
  z.array(z.string()).parse(await answerOf(kernel, 'moving.take', [states, environment, folder]))

export async function answerOf(kernel: Kernel, name: string, given: readonly unknown[]): Promise<unknown> {
  const answer = await callAgent(kernel, name, given)
  if (!answer.ok) throw new Error(`The kernel “${kernel.spec.displayName}” did not answer: ${answer.why}`)
  return answer.value
}
