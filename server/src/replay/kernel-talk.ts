/**
 * What a replay says to its kernel beside the recorded code: by silent requests, which leave no name, no output and no
 * record. Invariant: answers are plain data; a kernel that cannot answer is a value.
 */
import type { JsonObject, Kernel } from '@yesterday/kernel-bridge'
import { z } from 'zod'

const ANSWER_MS = 120_000

type Asked = Pick<Kernel, 'request'>

/** What the expression gave, or why it could not be had. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string }

const Reply = z.object({
  user_expressions: z.object({
    yesterday: z.discriminatedUnion('status', [
      z.object({ status: z.literal('ok'), data: z.object({ 'text/plain': z.string() }) }),
      z.object({ status: z.literal('error'), ename: z.string(), evalue: z.string() }),
    ]),
  }),
})

/** Evaluates one Python expression whose value JSON can say. */
export async function ask(kernel: Asked, expression: string): Promise<Answer> {
  // Hexadecimal passes through Python's `repr` as it is.
  const coded = `__import__('json').dumps(${expression}).encode().hex()`
  const content: JsonObject = {
    code: '',
    silent: true,
    store_history: false,
    allow_stdin: false,
    stop_on_error: false,
    user_expressions: { yesterday: coded },
  }
  const reply = await kernel
    .request('shell', 'execute_request', content, { timeoutMs: ANSWER_MS })
    .catch((error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }))
  const parsed = Reply.safeParse(reply)
  if (!parsed.success) return { ok: false, why: 'the kernel did not answer' }
  const value = parsed.data.user_expressions.yesterday
  if (value.status === 'error') return { ok: false, why: `${value.ename}: ${value.evalue}` }
  const hex = value.data['text/plain'].replace(/^'|'$/g, '')
  return { ok: true, value: JSON.parse(Buffer.from(hex, 'hex').toString('utf8')) }
}

/** Plain data as a Python expression. */
const literal = (value: unknown) => `__import__('json').loads(${JSON.stringify(JSON.stringify(value))})`

/** Calls a function of the agent's, named `module.function`; a kernel without one says so. */
export function callAgent(kernel: Asked, name: string, given: readonly unknown[]): Promise<Answer> {
  const [module, called] = name.split('.')
  return ask(kernel, `__import__('sys').modules['yesterday_agent.${module}'].${called}(*${literal(given)})`)
}

/** Runs statements in a namespace of their own; `given` is there as the name `given`. */
export function perform(kernel: Asked, code: string, given: unknown = null): Promise<Answer> {
  const names = `{'given': ${literal(given)}, '__name__': 'yesterday'}`
  return ask(kernel, `__import__('builtins').exec(${literal(code)}, ${names})`)
}
