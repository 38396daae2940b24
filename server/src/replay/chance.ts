/**
 * What came to a run from nowhere in the code, given back to a kernel: random states, what it drew from the operating
 * system, and what a person answered.
 */
import type { Kernel } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { Digest } from '../../contract/ids.ts'
import type { ObjectStore } from '../store/ports.ts'
import { callAgent, perform } from './kernel-talk.ts'
import type { Chance, PreparedStep } from './plan.ts'
import { objectBytes } from './stored-bytes.ts'

type Objects = Pick<ObjectStore, 'get'>
type Asked = Pick<Kernel, 'request'>

/** Has the code read the time at which the recorded run started. Returns what could not be given. */
export async function giveClock(kernel: Asked, started: string | null): Promise<readonly string[]> {
  if (started === null) return []
  const answer = await callAgent(kernel, 'clock.give', [Date.parse(started) / 1000])
  return answer.ok ? [] : [`the recorded time could not be given: ${answer.why}`]
}

/** What the agent keeps of a run, by the function that takes it back. */
const recordedForms = {
  /** Beside the draws, by package the first seed that a library took by itself; null in older histories. */
  'chance.give': z
    .object({
      draws: z.record(z.string(), z.array(z.string())),
      /** What each child process drew, by its number within the run. */
      workers: z.record(z.string(), z.record(z.string(), z.array(z.string()))).optional(),
    })
    .catchall(z.number().nullable()),
  /** `value` is null for what is never stored, as a password. */
  'answers.give': z.object({
    answers: z.array(z.object({ prompt: z.string(), value: z.string().nullable() })),
  }),
  'widget_values.give': z.object({
    widgets: z.array(
      z.object({
        path: z.tuple([z.string()], z.union([z.string(), z.int()])),
        trait: z.string(),
        value: z.json(),
        by: z.string().nullable(),
        at: z.string(),
      }),
    ),
  }),
} as const

/** Gives the recorded chance to the next run. Returns what could not be given. */
export async function giveChance(
  kernel: Asked,
  objects: Objects,
  { states, entropy, answers, widgets }: Chance,
): Promise<readonly string[]> {
  // First: torch is imported by it where the run did so, and seeds itself.
  const problems = await giveKept(
    kernel,
    objects,
    'chance.give',
    entropy,
    'what it drew from the operating system',
  )
  const said = await giveKept(kernel, objects, 'answers.give', answers, 'what a person answered')
  const set = await giveKept(kernel, objects, 'widget_values.give', widgets, 'what people set with widgets')
  return [...problems, ...said, ...set, ...(await setStates(kernel, objects, states))]
}

/** Sets each stored state. Returns what could not be set. */
export async function setStates(
  kernel: Asked,
  objects: Objects,
  before: Readonly<Record<string, string>>,
  mustBeKept = false,
): Promise<readonly string[]> {
  const states: Record<string, string> = {}
  for (const [name, digest] of Object.entries(before)) {
    const bytes = await bytesOf(objects, digest)
    if (bytes !== null) states[name] = Buffer.from(bytes).toString('base64')
  }
  if (mustBeKept && Object.keys(states).length === 0) return ['the state was not kept']
  if (Object.keys(states).length === 0) return []
  const answer = await perform(kernel, setStatesCode, states)
  return answer.ok ? [] : [`random states could not be restored: ${answer.why}`]
}

/** `PYTHONHASHSEED` for a process that repeats these steps; nothing where it is not known. */
export function hashSeedOf(steps: readonly PreparedStep[]): Readonly<Record<string, string>> {
  const seed = steps.at(-1)?.receipt.state?.hashSeed ?? null
  return seed === null ? {} : { PYTHONHASHSEED: seed }
}

/** Has the agent give what it kept itself; `what` names it in the problem. */
async function giveKept(
  kernel: Asked,
  objects: Objects,
  give: keyof typeof recordedForms,
  digest: string | null,
  what: string,
): Promise<readonly string[]> {
  if (digest === null) return []
  const bytes = await bytesOf(objects, digest)
  if (bytes === null) return [`${what} was not kept`]
  const text = Buffer.from(bytes).toString('utf8')
  if (!recordedForms[give].safeParse(parsed(text)).success) return [`${what} cannot be read`]
  const answer = await callAgent(kernel, give, [text])
  return answer.ok ? [] : [`${what} could not be given: ${answer.why}`]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function bytesOf(objects: Objects, digest: string): Promise<Uint8Array | null> {
  const named = Digest.safeParse(digest)
  return named.success ? objectBytes(objects, named.data) : null
}

/** The agent that wrote the states reads them; a kernel without one says so. */
const setStatesCode = `
import base64, sys
agent = sys.modules["yesterday_agent.state"]
for name, text in given.items():
    agent.set_state(name, base64.b64decode(text))
`
