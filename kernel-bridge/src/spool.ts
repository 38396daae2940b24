/**
 * What the agent spooled of runs that are not acknowledged yet. Invariant: reading changes nothing, and a broken file
 * hides no other.
 */
import { writeFileSync } from 'node:fs'
import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { readJson, writePrivately } from './connection.ts'
import { deathOf } from './death.ts'
import type { Problem } from './errors.ts'
import { messageIdOf } from './execute-request.ts'
import type { Death, ExecuteOutcome, SpooledRun } from './kernel.ts'
import type { KernelFolder } from './kernel-folder.ts'
import type { JsonObject, Message } from './message.ts'
import { stderrTail } from './process.ts'
import { readRegular } from './regular-file.ts'
import { removeFile } from './remove-file.ts'
import { parseFrames } from './spool-frames.ts'

const FRAMES = '.frames'
const RECORD = '.record.json'
const DIED = '.died.json'
const ASKED = '.asked.json'
const PROMPT = '.prompt.json'

/** Written before the request is sent: a kernel that is killed at once has not recorded the run itself. */
const AskedFile = z.object({ cellId: z.string().nullable(), at: z.number().optional() })
type Asked = z.infer<typeof AskedFile>

const PromptFile = z.object({ prompt: z.string(), password: z.boolean() })

/** The part of a record that says how a run ended; the rest is the record's reader's to judge. */
const Ending = z.object({
  cell: z.string().nullish(),
  started: z.number().nullish(),
  order: z.number().nullish(),
  outcome: z.enum(['ok', 'error', 'aborted', 'died']),
  executionCount: z.number().int().nullish(),
  error: z.object({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) }).nullish(),
})

const DeathFile = z.object({
  signal: z.string().nullable(),
  exitCode: z.number().nullable(),
  likely: z.string(),
  stderrTail: z.string(),
})

/** The unacknowledged runs, oldest first. `alive`: the process that may still be at the last one lives. */
export async function readSpool(
  folder: KernelFolder,
  options: { readonly alive: boolean; readonly onProblem: (problem: Problem) => void },
): Promise<readonly SpooledRun[]> {
  const names = await filesIn(folder)
  const runIds = new Set(names.filter((name) => !name.startsWith('.')).flatMap(runIdOf))
  const read = await Promise.all([...runIds].map((runId) => readRun(folder, runId, options)))
  return read.sort((one, other) => one.at - other.at).map(({ run }) => run)
}

/** Named as the agent names it: no run's id leads out of the folder. */
function fileOf({ spoolDir }: KernelFolder, runId: string, suffix: string): string {
  return join(spoolDir, spoolName(runId) + suffix)
}

/** What the names of a run's files begin with. */
export const spoolName = (runId: string): string => runId.replaceAll(/[^\p{L}\p{N}\-_.]/gu, '_')

/** The agent's files of a run. */
export const agentFiles = (runId: string): readonly string[] =>
  [FRAMES, RECORD, PROMPT].map((suffix) => spoolName(runId) + suffix)

function runIdOf(name: string): string[] {
  const suffix = [ASKED, FRAMES, RECORD].find((ending) => name.endsWith(ending))
  return suffix === undefined ? [] : [name.slice(0, -suffix.length)]
}

async function readRun(
  folder: KernelFolder,
  runId: string,
  options: { alive: boolean; onProblem: (problem: Problem) => void },
): Promise<{ readonly at: number; readonly run: SpooledRun }> {
  // In this order: of a run that ends meanwhile all messages are there, or it counts as going on.
  const record = await readRecord(folder, runId)
  const { messages, broken } = await readMessages(folder, runId)
  if (broken !== null) options.onProblem({ kind: 'spool-broken', detail: `${runId}${FRAMES}: ${broken}` })
  const ending = Ending.safeParse(record)
  const death = ending.success ? null : await deathIn(folder, runId, options.alive)
  const outcome = ending.success ? outcomeIn(ending.data, death) : death && { status: 'died' as const, death }
  const asked = AskedFile.safeParse(await readJson(fileOf(folder, runId, ASKED))).data
  const cellId = ending.success ? (ending.data.cell ?? null) : (asked?.cellId ?? null)
  const at = askedAt(asked, messages, ending.data)
  return { at, run: { runId, cellId, messages, record, finished: outcome !== null, outcome } }
}

/**
 * When the run was requested, in milliseconds, by the clock of the requester if that is recorded. The dates of the files
 * give no order: the agent writes the messages of a short run after the next request.
 */
function askedAt(
  asked: Asked | undefined,
  messages: readonly Message[],
  ending: z.infer<typeof Ending> | undefined,
): number {
  const request = Date.parse(messages[0]?.parent.date ?? '')
  const started = ending?.started == null ? Number.NaN : ending.started * 1000
  return [asked?.at, request, started].find((time) => Number.isFinite(time)) ?? Number.POSITIVE_INFINITY
}

/** Notes that a run is about to be asked for; on disk before the kernel can hear of it. */
export function noteAsked(folder: KernelFolder, runId: string, cellId: string | null): void {
  const asked: Asked = { cellId, at: Date.now() }
  writeFileSync(fileOf(folder, runId, ASKED), JSON.stringify(asked), { mode: 0o600 })
}

/** The run was answered: what is left of it is the agent's to keep. */
export function forgetAsked(folder: KernelFolder, runId: string): Promise<void> {
  return removeFile(fileOf(folder, runId, ASKED))
}

/** Runs that go on one after the other are removed together: to ask for each file of each run is felt by the next one. */
const FORGET_MS = 200

/**
 * Removes what was kept of acknowledged runs, a moment later. What a process that ends before leaves is acknowledged by
 * the next one again.
 */
export class AcknowledgedRuns {
  readonly #folder: KernelFolder
  #waiting = new Set<string>()
  #removed: Promise<void> | null = null

  constructor(folder: KernelFolder) {
    this.#folder = folder
  }

  /** Settles when nothing of the run is left. */
  forget(runId: string): Promise<void> {
    for (const suffix of [ASKED, FRAMES, RECORD, DIED, PROMPT]) this.#waiting.add(spoolName(runId) + suffix)
    this.#removed ??= sleep(FORGET_MS, undefined, { ref: false }).then(() => this.#remove())
    return this.#removed
  }

  async #remove(): Promise<void> {
    const names = this.#waiting
    this.#waiting = new Set()
    this.#removed = null
    const there = (await filesIn(this.#folder)).filter((name) => names.has(name))
    for (const name of there) await removeFile(join(this.#folder.spoolDir, name))
  }
}

/** Moves all files of the spool to `target`, which is there; the agent may go on and spool more. Returns their names. */
export async function moveSpool({ spoolDir }: KernelFolder, target: string): Promise<readonly string[]> {
  const entries = await readdir(spoolDir, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
  for (const name of names) await rename(join(spoolDir, name), join(target, name))
  return names
}

/** The spooled messages of a run; none where there are none. */
export async function readMessages(
  folder: KernelFolder,
  runId: string,
): Promise<ReturnType<typeof parseFrames>> {
  const bytes = await readRegular(fileOf(folder, runId, FRAMES), Infinity).catch(() => new Uint8Array())
  return parseFrames(bytes)
}

/** The agent's record of a run, unjudged; null while there is none. */
export function readRecord(folder: KernelFolder, runId: string): Promise<unknown> {
  return readJson(fileOf(folder, runId, RECORD))
}

/** The question of `input()` that a run waits with, as the kernel asked it; null while there is none. */
export async function readPrompt(folder: KernelFolder, runId: string): Promise<JsonObject | null> {
  const read = PromptFile.safeParse(await readJson(fileOf(folder, runId, PROMPT)))
  return read.success ? read.data : null
}

/** The outcome in a record; null if it has none. */
export function outcomeOfRecord(record: unknown): ExecuteOutcome | null {
  const ending = Ending.safeParse(record)
  return ending.success ? outcomeIn(ending.data, null) : null
}

function outcomeIn(ending: z.infer<typeof Ending>, death: Death | null): ExecuteOutcome {
  const executionCount = ending.executionCount ?? null
  if (ending.outcome === 'ok') return { status: 'ok', executionCount, payload: [] }
  if (ending.outcome === 'aborted') return { status: 'aborted' }
  if (ending.outcome === 'died') return { status: 'died', death: death ?? unknownDeath('') }
  const { ename, evalue, traceback } = ending.error ?? { ename: '', evalue: '', traceback: [] }
  return { status: 'error', executionCount, ename, evalue, traceback }
}

/** The outcome from the run's own messages, for a run whose reply and record were both lost. */
export function outcomeOfMessages(messages: readonly Message[]): ExecuteOutcome {
  const last = (type: string): JsonObject | undefined =>
    messages.findLast(({ header }) => header.msg_type === type)?.content
  const count = last('execute_input')?.execution_count
  const executionCount = typeof count === 'number' ? count : null
  const error = last('error')
  if (messages.length === 0) return { status: 'aborted' }
  if (error === undefined) return { status: 'ok', executionCount, payload: [] }
  const lines = error.traceback
  const traceback = Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : []
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    status: 'error',
    executionCount,
    ename: text(error.ename),
    evalue: text(error.evalue),
    traceback,
  }
}

async function deathIn(folder: KernelFolder, runId: string, alive: boolean): Promise<Death | null> {
  const recorded = DeathFile.safeParse(await readJson(fileOf(folder, runId, DIED)))
  if (recorded.success) return recorded.data
  return alive ? null : unknownDeath(await stderrTail(folder.dir))
}

function unknownDeath(tail: string): Death {
  return deathOf({ exitCode: null, signal: null }, { asked: null, memoryKill: null, stderrTail: tail })
}

/** Notes for a later server that the open runs ended with this life. */
export async function noteDeath(folder: KernelFolder, death: Death): Promise<void> {
  const names = await filesIn(folder)
  const open = [...new Set(names.flatMap(runIdOf))]
  const unrecorded = open.filter((runId) => !names.includes(runId + RECORD) && !names.includes(runId + DIED))
  await Promise.all(unrecorded.map((runId) => writePrivately(fileOf(folder, runId, DIED), death)))
}

/** The id of the run's execute request. */
export function requestOf(run: SpooledRun): string {
  const parent = run.messages.find(({ parent }) => parent.msg_type === 'execute_request')?.parent
  return parent?.msg_id ?? messageIdOf(run.runId)
}

async function filesIn(folder: KernelFolder): Promise<readonly string[]> {
  return readdir(folder.spoolDir).catch(() => [])
}
