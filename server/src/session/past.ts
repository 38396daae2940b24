/**
 * pure. What an earlier server left of a session: from the log's open runs and the spool's unacknowledged ones.
 * Invariant: each open run is either sent (the kernel knows it), waiting, or lost; none is forgotten or sent twice.
 */
import type { ExecuteOutcome, Execution, Message, SpooledRun } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { RunId, SessionId, Timestamp } from '../../contract/ids.ts'
import type { Receipt } from '../../contract/run.ts'
import type { OpenRun } from '../store/ports.ts'
import type { Run, RunningRun } from './state.ts'

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
  /** When it ended; null if unknown. */
  readonly ended: Timestamp | null
}

/** A session that outlived its server. */
export interface Past {
  readonly session: SessionId
  /** In the order in which they were sent; only the last may go on. */
  readonly sent: readonly SentRun[]
  readonly queue: readonly Run[]
  /** Runs that waited and cannot run any more: the secrets in their source are nowhere. */
  readonly unrunnable: readonly { readonly run: Run; readonly order: number }[]
  /** Those of the queue that the log says started and that never came to the kernel: their start is not logged again. */
  readonly restarted: ReadonlySet<RunId>
  readonly nextOrder: number
  /** The last environment that the session recorded in full. */
  readonly environment: Receipt['environment']
}

/** Why a run that waited was aborted. */
export const UNRUNNABLE =
  'its code holds a secret, which is not stored, and the cell was edited before it could run; run it again'

export interface PastFacts {
  readonly session: SessionId
  readonly open: readonly OpenRun[]
  readonly spooled: readonly SpooledRun[]
  readonly running: { readonly runId: string; readonly execution: Execution } | null
  /** What was recorded of frozen sources, by digest. */
  readonly sources: ReadonlyMap<string, string>
  /** The sources to run, by the same digest; those are missing whose secrets are nowhere. */
  readonly live: ReadonlyMap<string, string>
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
  const waits = open.filter((one) => !isSent(one))
  for (const { queued } of waits) requireSource(queued, facts)
  const waiting = waits.filter(({ queued }) => facts.live.has(queued.sourceDigest))
  const unrunnable = waits.filter(({ queued }) => !facts.live.has(queued.sourceDigest))
  const firstFree = nextOrder + sent.length
  return {
    session,
    sent: sent.map((one, index) => sentRun(one, spool.get(one.run), nextOrder + index, facts)),
    queue: waiting.map((one) => runOf(one, facts)),
    unrunnable: unrunnable.map((one, index) => ({ run: runOf(one, facts), order: firstFree + index })),
    restarted: new Set(waiting.flatMap(({ run, started }) => (started === null ? [] : [run]))),
    nextOrder: firstFree + unrunnable.length,
    environment,
  }
}

function requireSource({ run, sourceDigest }: OpenRun['queued'], { sources }: PastFacts): void {
  if (!sources.has(sourceDigest))
    throw new Error(`run ${run} cannot go on: its source ${sourceDigest} is missing`)
}

function sentRun(open: OpenRun, spooled: SpooledRun | undefined, order: number, facts: PastFacts): SentRun {
  const { running, unknown } = facts
  const execution = running?.runId === open.run ? running.execution : null
  const messages = spooled?.messages ?? []
  return {
    run: runOf(open, facts),
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
  const ended = record.success ? timestamp(record.data.ended * 1000) : null
  return ended ?? dateOf(spooled?.messages.at(-1))
}

/** When a message was made, as a `Timestamp`; kernels may write other formats. */
function dateOf(message: Message | undefined): Timestamp | null {
  return timestamp(Date.parse(message?.header.date ?? ''))
}

/** Null for what is no time of a calendar. */
function timestamp(ms: number): Timestamp | null {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  return year >= 1970 && year <= 9999 ? date.toISOString() : null
}

function runOf({ queued }: OpenRun, { sources, live }: PastFacts): Run {
  const { run, actor, at, sourceDigest } = queued
  const [cell, place] = [queued.cellId ?? '', queued.cell ?? 0]
  const recorded = sources.get(sourceDigest) ?? ''
  const source = live.get(sourceDigest) ?? recorded
  return { run, cell, place, actor, queued: at, source, recorded, sourceDigest, stopOnError: true }
}

/** The run as the session's state has it while it goes on. */
export const runningOf = ({ run, started, order }: SentRun): RunningRun => ({
  ...run,
  started,
  order,
  expectedMs: null,
})
