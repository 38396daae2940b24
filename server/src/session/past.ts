/**
 * pure. What an earlier server left of a session: from the log's open runs and the spool's unacknowledged ones.
 * Invariant: each open run is either sent (the kernel knows it), waiting, or lost; none is forgotten or sent twice.
 */
import type { ExecuteOutcome, Execution, Message, SpooledRun } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { RunId, SessionId, Timestamp } from '../../contract/ids.ts'
import type { Receipt } from '../../contract/run.ts'
import type { OpenRun } from '../store/ports.ts'
import type { Run } from './state.ts'

/** A run that the kernel has, or had. */
export interface SentRun {
  readonly run: Run
  readonly order: number
  readonly started: Timestamp
  /** Whether the log says that it started. */
  readonly isLogged: boolean
  /** Every message of the run so far. */
  readonly messages: readonly Message[]
  readonly record: unknown
  /** Null while it goes on; then `execution` is there. */
  readonly outcome: ExecuteOutcome | null
  readonly execution: Execution | null
  /** When it ended; null where nobody knows. */
  readonly ended: Timestamp | null
}

/** A session that outlived its server. */
export interface Past {
  readonly session: SessionId
  /** In the order in which they were sent; only the last may go on. */
  readonly sent: readonly SentRun[]
  readonly queue: readonly Run[]
  /** Those of the queue that the log says started and that never came to the kernel: their start is not logged again. */
  readonly restarted: ReadonlySet<RunId>
  readonly nextOrder: number
  /** The environment that the session's last record told whole. */
  readonly environment: Receipt['environment']
}

export interface PastFacts {
  readonly session: SessionId
  readonly open: readonly OpenRun[]
  readonly spooled: readonly SpooledRun[]
  readonly running: { readonly runId: string; readonly execution: Execution } | null
  /** Frozen sources by digest; a run whose source is missing cannot wait any longer. */
  readonly sources: ReadonlyMap<string, string>
  readonly nextOrder: number
  readonly environment: Receipt['environment']
  readonly now: Timestamp
  /** How a run ended that was started and of which the spool says nothing; null where it then never came to the kernel. */
  readonly unknown: ExecuteOutcome | null
}

export function pastOf(facts: PastFacts): Past {
  const { session, open, spooled, unknown, nextOrder, environment } = facts
  const spool = new Map(spooled.map((run) => [run.runId, run]))
  const isSent = ({ run, started }: OpenRun): boolean =>
    spool.has(run) || (started !== null && unknown !== null)
  const sent = open.filter(isSent)
  const waiting = open.filter((one) => !isSent(one))
  return {
    session,
    sent: sent.map((one, index) => sentRun(one, spool.get(one.run), nextOrder + index, facts)),
    queue: waiting.map((one) => waitingRun(one, facts.sources)),
    restarted: new Set(waiting.flatMap(({ run, started }) => (started === null ? [] : [run]))),
    nextOrder: nextOrder + sent.length,
    environment,
  }
}

function sentRun(open: OpenRun, spooled: SpooledRun | undefined, order: number, facts: PastFacts): SentRun {
  const { running, unknown, sources } = facts
  const execution = running?.runId === open.run ? running.execution : null
  const messages = spooled?.messages ?? []
  return {
    run: runOf(open, sources.get(open.queued.sourceDigest) ?? ''),
    order,
    started: open.started ?? dateOf(messages[0]) ?? facts.now,
    isLogged: open.started !== null,
    messages,
    record: spooled?.record ?? null,
    outcome: execution !== null ? null : (spooled?.outcome ?? unknown),
    execution,
    ended: execution !== null ? null : endOf(spooled),
  }
}

const RecordEnd = z.object({ ended: z.number() })

/** By its record; else by the last that the kernel said of it. */
function endOf(spooled: SpooledRun | undefined): Timestamp | null {
  const record = RecordEnd.safeParse(spooled?.record)
  return record.success ? new Date(record.data.ended * 1000).toISOString() : dateOf(spooled?.messages.at(-1))
}

/** When a message was made, in the house's form; kernels may write what they like. */
function dateOf(message: Message | undefined): Timestamp | null {
  const time = Date.parse(message?.header.date ?? '')
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

function waitingRun(open: OpenRun, sources: ReadonlyMap<string, string>): Run {
  const { run, sourceDigest } = open.queued
  const source = sources.get(sourceDigest)
  if (source === undefined) throw new Error(`run ${run} cannot go on: its source ${sourceDigest} is missing`)
  return runOf(open, source)
}

function runOf({ queued }: OpenRun, source: string): Run {
  const { run, actor, at, sourceDigest } = queued
  const [cell, place] = [queued.cellId ?? '', queued.cell ?? 0]
  return { run, cell, place, actor, queued: at, source, sourceDigest, stopOnError: true }
}
