/**
 * What the kernel's agent reports of variables, for the commands that ask for it. A kernel with subshells answers during a
 * run. Invariant: what the kernel sends is parsed strictly, and an answer that is too large or malformed is an error.
 */
import type { JsonObject, Kernel } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import {
  VALUE_ANSWERS,
  type ValueAsk,
  ValueRefusal,
  type ValueReply,
  Variable,
  type VariableAnswer,
  VariableChanges,
  type VariablesAnswer,
} from '../../contract/variables.ts'

const MESSAGE = 'yesterday_variables_request'
/** Longer than any listing that the agent makes on a busy machine, ms. */
const TIMEOUT_MS = 10_000
/** As above, for orders and statistics of large values, ms. */
const VALUE_TIMEOUT_MS = 60_000
/** UTF-16 units of JSON in an answer. */
const MAX_ANSWER = 8 * 1024 * 1024

const Listed = z.object({ status: z.literal('ok'), changes: VariableChanges })
const One = z.object({ status: z.literal('ok'), variable: Variable.nullable() })

/** What of a kernel this needs. */
type Asked = Pick<Kernel, 'recording' | 'status' | 'info' | 'request'>

/** Why the kernel cannot be asked now; null where it can. */
export function whyNot(kernel: Asked): 'waits' | 'unsupported' | null {
  if (!kernel.recording) return 'unsupported'
  return kernel.status === 'busy' && !answersDuringRuns(kernel) ? 'waits' : null
}

const answersDuringRuns = ({ info }: Asked): boolean =>
  Array.isArray(info.supported_features) && info.supported_features.includes('kernel subshells')

/** What differs from revision `since` of the listing `list`. Throws `RequestTimeoutError`. */
export async function askVariables(
  kernel: Asked,
  { list, since }: { readonly list: string | null; readonly since: number },
): Promise<VariablesAnswer> {
  const state = whyNot(kernel)
  if (state !== null) return { state }
  const { changes } = await askAgent(kernel, { ask: 'list', list, since }, Listed)
  return { state: 'known', changes }
}

/** One variable as it is now. Throws `RequestTimeoutError`. */
export async function askVariable(kernel: Asked, name: string): Promise<VariableAnswer> {
  const state = whyNot(kernel)
  if (state !== null) return { state }
  const { variable } = await askAgent(kernel, { ask: 'one', name }, One)
  return { state: 'known', variable }
}

/** A page of a value, or why there is none. Throws `RequestTimeoutError`. */
export async function askValue(kernel: Asked, of: ValueAsk): Promise<ValueReply> {
  const reason = whyNot(kernel)
  if (reason !== null) return { state: 'refused', reason, detail: '' }
  const schema = z.union([
    z.object({ status: z.literal('refused'), ...ValueRefusal.omit({ state: true }).shape }),
    z.looseObject({ status: z.literal('ok') }),
  ])
  const reply = await askAgent(kernel, of, schema, VALUE_TIMEOUT_MS)
  if (reply.status === 'refused') return { ...ValueRefusal.parse({ ...reply, state: 'refused' }) }
  const value = VALUE_ANSWERS[of.ask].safeParse(reply)
  if (!value.success) throw unreadable(value.error)
  return { state: 'known', value: value.data }
}

/** The agent's answer in the form of `schema`. Throws an error for people if it has another. */
export async function askAgent<T>(
  kernel: Asked,
  content: JsonObject,
  schema: z.ZodType<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const reply = await kernel.request('shell', MESSAGE, content, { whileBusy: true, timeoutMs })
  if (JSON.stringify(reply).length > MAX_ANSWER)
    throw new Error('The kernel sent more than can be shown. Ask for less of the value.')
  const read = schema.safeParse(reply)
  if (read.success) return read.data
  throw unreadable(read.error)
}

const unreadable = (error: z.ZodError): Error =>
  new Error(`The kernel sent variables in an unknown form: ${z.prettifyError(error).slice(0, 300)}`)
