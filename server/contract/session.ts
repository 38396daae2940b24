/**
 * The session socket `/api/notebooks/<document id>/session`: JSON text frames. Commands go up, events come down.
 * Invariant: one typed list each way; an unknown or malformed command is answered with a `refused` event and
 * changes nothing. Binary comm buffers travel base64 inside JSON.
 */
import { z } from 'zod'
import { Actor } from './actor.ts'
import { Thread } from './comments.ts'
import { CellEdit } from './edits.ts'
import { HistoryState } from './history.ts'
import { CellId, RunId, SessionId, Timestamp } from './ids.ts'
import { StaleCell } from './stale.ts'
import { computes, ValueAsk } from './variables.ts'

const JsonObject = z.record(z.string(), z.unknown())

/** Every command carries an id of the client's making, returned in the answer. */
const command = { id: z.string().max(64) }

/** The edits that a command follows: the first `sent` updates of the room's connection of this name (sync.ts). */
const Edits = z.object({ connection: z.string().max(64), sent: z.number().int().nonnegative() })
export type Edits = z.infer<typeof Edits>

export const Command = z.discriminatedUnion('type', [
  /** Queue these code cells in this order. The source is read from the document, and frozen, when it has the edits `after`. */
  z.object({
    ...command,
    type: z.literal('run'),
    cells: z.array(CellId).max(100_000),
    after: Edits.optional(),
  }),
  /** Take queued runs out of the queue; all of them when `runs` is absent. The running one is not touched. */
  z.object({ ...command, type: z.literal('cancel'), runs: z.array(RunId).optional() }),
  z.object({ ...command, type: z.literal('interrupt') }),
  /** A new session with a fresh kernel; queued runs are aborted. `spec` changes the kernelspec; `run` queues cells in it. */
  z.object({
    ...command,
    type: z.literal('restart'),
    spec: z.string().optional(),
    run: z.array(CellId).optional(),
    after: Edits.optional(),
  }),
  /** Starts a kernel where there is none; otherwise does nothing. */
  z.object({ ...command, type: z.literal('start'), spec: z.string().optional() }),
  z.object({ ...command, type: z.literal('shutdown') }),
  /** Answer to a prompt (`input()`); refused unless that run waits for it. */
  z.object({ ...command, type: z.literal('input'), run: RunId, value: z.string().max(1_000_000) }),
  /** Completion at `cursor`, a UTF-16 offset into `code`. Answered by a `reply`. */
  z.object({
    ...command,
    type: z.literal('complete'),
    code: z.string(),
    cursor: z.number().int().nonnegative(),
  }),
  z.object({
    ...command,
    type: z.literal('inspect'),
    code: z.string(),
    cursor: z.number().int().nonnegative(),
    detail: z.union([z.literal(0), z.literal(1)]),
  }),
  /**
   * What differs from revision `since` of the listing `list` of variables. Answered by a `reply` whose content is
   * `VariablesAnswer` (variables.ts). Nothing is looked at in the kernel unless a page asks.
   */
  z.object({
    ...command,
    type: z.literal('variables'),
    list: z.string().max(64).nullable(),
    since: z.number().int().nonnegative(),
  }),
  /** One variable. Answered by a `reply` whose content is `VariableAnswer` (variables.ts). */
  z.object({ ...command, type: z.literal('variable'), name: z.string().max(1_000) }),
  /** A question about one value that only reads. Answered by a `reply` whose content is `ValueReply` (variables.ts). */
  z.object({
    ...command,
    type: z.literal('value'),
    of: ValueAsk.refine((of) => !computes(of), 'this question is for the command `computeValue`'),
  }),
  /** As `value`, for questions that make the kernel compute. */
  z.object({ ...command, type: z.literal('computeValue'), of: ValueAsk }),
  /** Clears outputs of these cells (all code cells when absent). */
  z.object({ ...command, type: z.literal('clear'), cells: z.array(CellId).optional() }),
  /** A comm message from a widget, passed to the kernel unchanged. */
  z.object({
    ...command,
    type: z.literal('comm'),
    msgType: z.enum(['comm_open', 'comm_msg', 'comm_close']),
    content: JsonObject,
    metadata: JsonObject.optional(),
    buffers: z.array(z.base64()).optional(),
    /** The cell that shows the widget: what its callbacks print is shown there. */
    cell: CellId.optional(),
    /** Asks for a `commHandled` event of this name when the kernel has handled the message. */
    ack: z.string().max(64).optional(),
  }),
  /**
   * The state of widgets, by their ids, and of those that they refer to. Answered by a `reply` whose content is
   * `WidgetModels` (widgets.ts). With `names`: which of these are there, without their states.
   */
  z.object({
    ...command,
    type: z.literal('widgets'),
    models: z.array(z.string().max(200)).max(1000),
    names: z.boolean().default(false),
  }),
])
export type Command = z.infer<typeof Command>

export const KernelState = z.enum(['none', 'starting', 'idle', 'busy', 'restarting', 'dead'])
export type KernelState = z.infer<typeof KernelState>

export { Actor }

/** The actor that runs cells again to restore variables, for a user. */
export const restorer: Actor = { id: 'server', name: 'Yesterday' }

const QueuedRun = z.object({ run: RunId, cell: CellId, actor: Actor, queued: Timestamp })

const Unreachable = z.object({
  since: Timestamp,
  /** The machine's or server's name for people. */
  place: z.string(),
})
export type Unreachable = z.infer<typeof Unreachable>

/** All that is to be shown of a session now; sent whole on connect and at each change. */
export const SessionView = z.object({
  session: SessionId.nullable(),
  kernel: z.object({
    state: KernelState,
    spec: z.string().nullable(),
    displayName: z.string().nullable(),
    language: z.string().nullable(),
    /** Why it is dead or could not start, for a person, with what to do. */
    problem: z.string().nullable(),
    /** False where runs are recorded without variables and files; `problem` says why. */
    recording: z.boolean(),
    /** Why it is not there yet, while it starts: as notices, a code with values, and the English text. */
    waiting: z
      .object({ code: z.string(), values: z.record(z.string(), z.string()), text: z.string() })
      .optional(),
    /** The job of a cluster that it runs in. `endsAt`: when its time limit ends it. */
    allocation: z
      .object({
        job: z.string(),
        cluster: z.string().nullable(),
        partition: z.string().nullable(),
        node: z.string().nullable(),
        limits: z.string(),
        endsAt: Timestamp.nullable(),
      })
      .optional(),
  }),
  running: QueuedRun.extend({ started: Timestamp, expectedMs: z.number().nullable() }).nullable(),
  queue: z.array(QueuedRun),
  prompt: z.object({ run: RunId, cell: CellId, text: z.string(), password: z.boolean() }).nullable(),
  /** True if the kernel did not respond to an interrupt within 5 s: offer a restart. */
  interruptIgnored: z.boolean(),
  /** The kernel is at work and its process does not answer: it may be suspended. */
  silent: z.boolean().prefault(false),
  /** There is no way to the machine of the kernel; it is tried again by itself. */
  unreachable: Unreachable.nullable().prefault(null),
})
export type SessionView = z.infer<typeof SessionView>

export const Event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session'), view: SessionView }),
  /** A run has its terminal record in the log. Sent after it is durable. */
  z.object({
    type: z.literal('recorded'),
    run: RunId,
    cell: CellId.nullable(),
    outcome: z.enum(['ok', 'error', 'aborted', 'died']),
    started: Timestamp.nullable(),
    ended: Timestamp,
    durationMs: z.number(),
    actor: Actor,
  }),
  /** Answer to a command that asks for one; `content` is the kernel's reply. Offsets are UTF-16. */
  z.object({ type: z.literal('reply'), id: z.string(), content: JsonObject }),
  /** The command was done or queued. */
  z.object({ type: z.literal('accepted'), id: z.string() }),
  /** The command changed nothing; `reason` says what to do. */
  z.object({
    type: z.literal('refused'),
    id: z.string(),
    reason: z.string(),
    /** `kernelLate`: the kernel had no time to answer a question yet; it may be asked again. */
    code: z.literal('kernelLate').optional(),
  }),
  /** A comm message from the kernel. */
  z.object({
    type: z.literal('comm'),
    msgType: z.string(),
    content: JsonObject,
    metadata: JsonObject,
    buffers: z.array(z.string()),
    /** The `ack` of the client's message that it answers. */
    answers: z.string().optional(),
  }),
  /** The kernel has handled the comm message of this `ack`, or is gone. */
  z.object({ type: z.literal('commHandled'), ack: z.string() }),
  /**
   * Ids of outputs that were produced here (`outputId`), sent before the outputs themselves. `whole`: all that are known,
   * replacing earlier lists; else additional ones. Outputs that came with a file are never listed.
   */
  z.object({ type: z.literal('ownOutputs'), outputs: z.array(z.string()), whole: z.boolean() }),
  /** Every cell that is not fresh, in notebook order; sent on connect, and when it changes. */
  z.object({ type: z.literal('stale'), cells: z.array(StaleCell) }),
  /** Comment threads as they are now, and the ids of those that are gone. */
  z.object({ type: z.literal('comments'), threads: z.array(Thread), gone: z.array(z.string()) }),
  /** Cells that were edited, with who did so last. */
  z.object({ type: z.literal('edited'), edits: z.array(CellEdit) }),
  /** A person has read a thread up to this comment; sent to the pages of that person alone. */
  z.object({ type: z.literal('commentsRead'), person: z.string(), thread: z.string(), read: z.int() }),
  /** Settings have changed; `/api/settings` has them. */
  z.object({ type: z.literal('settings') }),
  /** The project's history is damaged, gone, or there again; sent on connect unless it is sound. */
  z.object({ type: z.literal('history'), state: HistoryState }),
  /** Something a person should read: a merge conflict with the file, a full disk, a lost recording. */
  z.object({
    type: z.literal('notice'),
    level: z.enum(['info', 'warning', 'error']),
    /** In English; what `code` and `values` say in any language (notices.ts). */
    text: z.string(),
    code: z.string().optional(),
    values: z.record(z.string(), z.string()).optional(),
  }),
])
export type Event = z.infer<typeof Event>
