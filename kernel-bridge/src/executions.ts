/**
 * pure. Which execute requests are open. Invariant: each settles exactly once: when its reply and its `idle` are both
 * there, or when the kernel is dead.
 */
import { z } from 'zod'
import type { Death, ExecuteOutcome } from './kernel.ts'
import type { JsonObject } from './message.ts'

interface Open {
  reply: ExecuteOutcome | null
  idle: boolean
  /** Who waits for it to begin; null once it has. */
  awaitBegin: ((begun: boolean) => void)[] | null
  readonly settle: (outcome: ExecuteOutcome) => void
}

const count = z.number().int().nullish().catch(null)

const Reply = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    execution_count: count,
    payload: z.array(z.custom<JsonObject>((value) => typeof value === 'object' && value !== null)).catch([]),
  }),
  z.object({
    status: z.literal('error'),
    execution_count: count,
    ename: z.string().catch(''),
    evalue: z.string().catch(''),
    traceback: z.array(z.string()).catch([]),
  }),
  z.object({ status: z.enum(['aborted', 'abort']) }),
])

/** An `execute_reply`'s content as an outcome; what cannot be read is an error that says so. */
export function outcomeOf(content: JsonObject): ExecuteOutcome {
  const read = Reply.safeParse(content)
  if (!read.success) {
    const evalue = z.prettifyError(read.error)
    return { status: 'error', executionCount: null, ename: 'UnreadableReply', evalue, traceback: [] }
  }
  const reply = read.data
  if (reply.status === 'ok') {
    return { status: 'ok', executionCount: reply.execution_count ?? null, payload: reply.payload }
  }
  if (reply.status !== 'error') return { status: 'aborted' }
  const { ename, evalue, traceback } = reply
  return { status: 'error', executionCount: reply.execution_count ?? null, ename, evalue, traceback }
}

export class Executions {
  readonly #open = new Map<string, Open>()

  has(msgId: string): boolean {
    return this.#open.has(msgId)
  }

  /** Promises the outcome. Two open executions under one id would be a broken invariant. */
  open(msgId: string): Promise<ExecuteOutcome> {
    if (this.#open.has(msgId)) throw new Error(`Execution ${msgId} is open already`)
    return new Promise((settle) => {
      this.#open.set(msgId, { reply: null, idle: false, awaitBegin: [], settle })
    })
  }

  /** The kernel's first word on what it executes: from now on an interrupt meets its code. */
  begun(msgId: string): void {
    this.#begins(this.#open.get(msgId), true)
  }

  /** The execution that the kernel is at: the oldest without a reply; null where there is none. */
  get current(): string | null {
    for (const [msgId, { reply, idle }] of this.#open) if (reply === null && !idle) return msgId
    return null
  }

  /** Settles when the execution has begun, with true, or is over, with false. */
  async untilBegun(msgId: string): Promise<boolean> {
    const execution = this.#open.get(msgId)
    if (execution === undefined) return false
    const { awaitBegin } = execution
    return awaitBegin === null || new Promise((resolve) => awaitBegin.push(resolve))
  }

  replied(msgId: string, outcome: ExecuteOutcome): void {
    const execution = this.#open.get(msgId)
    if (execution === undefined) return
    execution.reply ??= outcome
    this.#settleWhole(msgId, execution)
  }

  idle(msgId: string): void {
    const execution = this.#open.get(msgId)
    if (execution === undefined) return
    execution.idle = true
    this.#settleWhole(msgId, execution)
  }

  /** True while one of the two that end an execution is there and the other is not. */
  isHalfOver(msgId: string): boolean {
    const execution = this.#open.get(msgId)
    return execution !== undefined && execution.idle !== (execution.reply !== null)
  }

  died(death: Death): void {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const execution of open) {
      this.#begins(execution, false)
      execution.settle(execution.reply ?? { status: 'died', death })
    }
  }

  #begins(execution: Open | undefined, begun: boolean): void {
    const waiting = execution?.awaitBegin ?? []
    if (execution !== undefined) execution.awaitBegin = null
    for (const resolve of waiting) resolve(begun)
  }

  #settleWhole(msgId: string, execution: Open): void {
    const { reply, idle, settle } = execution
    this.#begins(execution, false)
    if (reply === null || !idle) return
    this.#open.delete(msgId)
    settle(reply)
  }
}
