/** pure. A run that was sent to a kernel elsewhere and is not over. */
import { randomUUID } from 'node:crypto'
import type { JsonObject, Message } from '../../message.ts'
import { outcomeOfRecord } from '../../spool.ts'
import { newHeader, type Outgoing } from '../../wire.ts'

export interface OpenRun {
  readonly runId: string
  /** Of the messages that it published, those that were handed on or wait to be. */
  readonly ids: Set<string>
  isReplied: boolean
  /** Its `status: idle`, which waits for the record. */
  idle: Message | null
  timer: NodeJS.Timeout | null
  /** A question of `input()` that is not answered was handed on. */
  hasPrompt: boolean
  /** Its record, while messages before it are looked for. */
  record: Message | null
  /** Ends it, once the reply is there. */
  finish: (() => void) | null
}

export const openRun = (runId: string, ids = new Set<string>()): OpenRun => ({
  runId,
  ids,
  isReplied: false,
  idle: null,
  timer: null,
  hasPrompt: false,
  record: null,
  finish: null,
})

/** The reply that a run with this record has sent, for one that was lost on its way. */
export function replyOf(record: Message): Message {
  const outcome = outcomeOfRecord(record.content) ?? { status: 'aborted' as const }
  const header = { ...record.header, msg_id: randomUUID(), msg_type: 'execute_reply' }
  return { ...record, channel: 'shell', header, metadata: {}, content: contentOf(outcome), buffers: [] }
}

function contentOf(outcome: NonNullable<ReturnType<typeof outcomeOfRecord>>): JsonObject {
  if (outcome.status === 'ok')
    return { status: 'ok', execution_count: outcome.executionCount, payload: [], user_expressions: {} }
  if (outcome.status !== 'error') return { status: 'aborted' }
  const { ename, evalue, traceback, executionCount } = outcome
  return { status: 'error', ename, evalue, traceback: [...traceback], execution_count: executionCount }
}

/** The run that an execute request names; null for other requests. */
export function runOf({ metadata }: Outgoing): string | null {
  const { yesterday } = metadata
  if (typeof yesterday !== 'object' || yesterday === null || Array.isArray(yesterday)) return null
  return typeof yesterday.run === 'string' ? yesterday.run : null
}

/** A message of which only the content is left. */
export function madeUp(
  session: string,
  channel: Message['channel'],
  msgType: string,
  parentId: string,
  content: JsonObject,
): Message {
  const date = new Date()
  const header = newHeader({ msgId: randomUUID(), msgType, session, date })
  const parent = newHeader({ msgId: parentId, msgType: 'execute_request', session, date })
  return { channel, header, parent, metadata: {}, content, buffers: [] }
}

/** Null for what is no object of JSON. */
export function jsonOf(bytes: Uint8Array): JsonObject | null {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as JsonObject) : null
  } catch {
    return null
  }
}
