/**
 * The record of runs: outputs and the agent's record become the one terminal entry of each.
 * Invariant: entries are appended in the order in which runs ended, after the run's own `run-queued`, and a run is
 * reported as recorded only when its entry is durable.
 */
import { AgentContent, type AgentEdge, type KernelObjects } from '@yesterday/kernel-bridge'
import { inBackground, logFault } from '@yesterday/kernel-bridge/background'
import type { RunId, SessionId, Timestamp } from '../../contract/ids.ts'
import type { OutputEntry, Receipt, RunHost } from '../../contract/run.ts'
import type { RunUse } from '../../contract/run-use.ts'
import { COALESCE_MS } from '../document/commit-queue.ts'
import { whyTooDeep } from '../document/not-shown.ts'
import type { LogEntry } from '../store/log-entry.ts'
import type { ObjectStore, RunLog } from '../store/ports.ts'
import type { ProjectKey } from '../store/project-key.ts'
import type { Durable } from './durable.ts'
import { Gathered } from './gathered.ts'
import { storedContent, takeLate } from './late-objects.ts'
import { storeOutputs } from './output-objects.ts'
import { environmentOf, type ReadRecord, type RunEnded, readRecord, runEnded } from './run-ended.ts'
import type { Output } from './run-outputs.ts'
import { type Taken, takeObjects } from './spooled-objects.ts'
import type { Action, Run } from './state.ts'
import { budgetOf } from './value-budget.ts'

/** How long a living kernel may take to settle a run's record after the run is over: it follows large values then. */
const RECORD_WAIT_MS = 20_000

export interface RecorderOptions {
  readonly objects: ObjectStore
  readonly runs: RunLog
  readonly key: ProjectKey
  readonly durable: Durable
  readonly now: () => Timestamp
}

/** What a recorder needs to know to end one run. */
export type EndRun = Extract<Action, { type: 'endRun' }> & {
  /** Why no record can come; null where one is expected. */
  readonly noRecord: string | null
  readonly outputs: () => Promise<readonly Output[]>
  /** Where the agent leaves bytes; null where there is no kernel's folder. */
  readonly objects?: KernelObjects | null
  /** What the kernel used over the time of the run; null where it was not sampled. */
  readonly use?: RunUse | null
  /** Where the kernel ran; missing where that is not known. */
  readonly host?: RunHost | null | undefined
}

interface Parts {
  readonly outputs: OutputEntry[]
  /** Outputs that are stored with the entry. */
  readonly blobs: readonly Uint8Array[]
  readonly record: ReadRecord
  readonly taken: Taken
}

export class Recorder {
  readonly #options: RecorderOptions
  readonly #records = new Map<RunId, PromiseWithResolvers<unknown>>()
  readonly #endedBefore = new Map<RunId, Timestamp>()
  readonly #queued = new Map<RunId, Promise<void>>()
  /** Of runs whose digests came before their entry was appended. */
  readonly #ends = new Map<RunId, PromiseWithResolvers<void>>()
  #environment: Receipt['environment'] = null
  /** By digest: the notebook may go back to a kernel that names one by its digest alone. */
  readonly #environments = new Map<string, Receipt['environment']>()
  #line: Promise<void> = Promise.resolve()
  /** Entries that go with the next ones. */
  #later: LogEntry[] = []
  #lastEnd: Promise<unknown> = Promise.resolve()

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** A record came from the kernel; one that comes after its run's entry is kept as an object. */
  accept(run: RunId, raw: unknown): void {
    this.#recordOf(run).resolve(raw)
  }

  /** Digests that were computed behind a run's reply. They are appended after the entry of the run. */
  async acceptContent(session: SessionId, objects: KernelObjects, raw: unknown): Promise<void> {
    const read = AgentContent.safeParse(raw)
    if (!read.success || whyTooDeep(raw) !== null) return
    const { run, contents } = read.data
    await this.#openEnd(run)
    await this.#lastEnd
    try {
      const gathered = new Gathered(this.#options.objects)
      const taken = await takeLate(contents, objects, this.#into(gathered), budgetOf(this.#options.objects))
      const entry = { type: 'content-read' as const, run, session, at: this.#options.now() }
      const stored = contents.map(storedContent(run, taken, this.#options.key))
      await this.append([{ ...entry, contents: stored }], gathered.blobs)
      await objects.remove(taken.digests)
    } catch (error) {
      // The log does not know the run: its content is of no use.
      logFault(`appending late digests of run ${run}`, error)
    }
  }

  /** Settles when the entry of this run is appended; at once if it was, or is not expected. */
  async #openEnd(run: RunId): Promise<void> {
    if (!this.#queued.has(run)) return
    const known = this.#ends.get(run) ?? Promise.withResolvers<void>()
    this.#ends.set(run, known)
    await known.promise
  }

  /** The kernel of these runs is gone: its missing records will not come. */
  noMore(runs: Iterable<RunId>): void {
    for (const run of runs) this.#records.get(run)?.resolve(undefined)
  }

  /** What an earlier server missed of a run: its record, and when it ended; null where nothing is known. */
  recordSent(run: RunId, record: unknown, ended: Timestamp | null): void {
    if (record !== null) this.accept(run, record)
    if (ended !== null) this.#endedBefore.set(run, ended)
  }

  /** Sets the last environment that this session recorded in full. */
  remember(environment: Receipt['environment']): void {
    this.#environment = environment
    if (environment !== null) this.#environments.set(environment.digest, environment)
  }

  /** Makes the queue durable: the entries with the sources that they name. */
  logQueued(notebook: string, session: SessionId, runs: readonly Run[]): Promise<void> {
    const logged = this.#logQueued(notebook, session, runs)
    for (const { run } of runs) this.#queued.set(run, logged)
    return logged
  }

  async #logQueued(notebook: string, session: SessionId, runs: readonly Run[]): Promise<void> {
    const sources = new Map(runs.map((run) => [run.sourceDigest, Buffer.from(run.recorded)]))
    await this.append(
      runs.map((run) => queuedEntry(notebook, session, run)),
      [...sources.values()],
    )
  }

  /** Appends in the order of calls. */
  append(entries: readonly LogEntry[], blobs: readonly Uint8Array[] = []): Promise<void> {
    const { durable, runs } = this.#options
    const all = [...this.#later, ...entries]
    this.#later = []
    const appended = this.#line.then(() => durable(() => runs.append(all, blobs)))
    this.#line = appended.catch(() => undefined)
    return appended
  }

  /** As `append`, coalesced: most runs are over so soon that their start is written with what follows. */
  async appendLater(entry: LogEntry): Promise<void> {
    this.#later.push(entry)
    await new Promise((resolve) => setTimeout(resolve, COALESCE_MS))
    await (this.#later.length === 0 ? this.#line : this.append([]))
  }

  /** Settles when all that was appended so far is durable, or refused. Never rejects. */
  flushed(): Promise<void> {
    return this.#later.length === 0 ? this.#line : this.append([]).catch(() => undefined)
  }

  /** Settles with the entry when it is durable, after those of all runs that ended before. */
  end(ended: EndRun): Promise<RunEnded> {
    const at = this.#endedBefore.get(ended.run.run) ?? this.#options.now()
    const prepared = this.#prepare(ended).catch((error: unknown) => this.#withoutParts(ended, error))
    const entry = Promise.all([prepared, this.#lastEnd]).then(([parts]) => this.#append(ended, at, parts))
    const { run } = ended.run
    this.#lastEnd = entry.then(
      () => this.#isOver(run),
      () => this.#isOver(run),
    )
    return entry
  }

  #isOver(run: RunId): void {
    this.#ends.get(run)?.resolve()
    this.#ends.delete(run)
  }

  async #prepare(ended: EndRun): Promise<Parts> {
    const gathered = new Gathered(this.#options.objects)
    const outputs = await storeOutputs(await ended.outputs(), gathered)
    const { run } = ended.run
    const record = ended.noRecord === null ? await this.#awaitRecord(run) : this.#missing(ended.noRecord)
    const taken = await this.#take(record, ended.objects ?? null, gathered)
    return { outputs, record: withoutObjects(record, taken), taken, blobs: gathered.blobs }
  }

  /** A run whose outputs or record cannot be stored has its entry all the same, which says so. */
  #withoutParts({ run: { run } }: EndRun, error: unknown): Parts {
    logFault(`storing what run ${run} left`, error)
    const why = `it could not be stored: ${error instanceof Error ? error.message : String(error)}`
    return { outputs: [], blobs: [], record: this.#missing(why), taken: { lost: [], digests: [] } }
  }

  async #append(ended: EndRun, at: Timestamp, parts: Parts) {
    const { order, started, ending, noRecord, objects, use = null, host } = ended
    const { run } = ended.run
    const { outputs, record } = parts
    if (record.ok) {
      const known = this.#environments.get(record.record.environment.digest) ?? this.#environment
      this.remember(environmentOf(record.record, known))
    }
    const environment = this.#environment
    const { key } = this.#options
    const facts = { run, order, started, ended: at, ending, outputs, use, host }
    const entry = runEnded({ ...facts, record, environment, key })
    await this.#queued.get(run)
    await this.append([entry], parts.blobs)
    await objects?.remove(parts.taken.digests)
    this.#queued.delete(run)
    this.#endedBefore.delete(run)
    if (record.ok) this.#records.delete(run)
    else if (noRecord === null) this.#keepLate(run)
    return entry
  }

  /** Objects with the entry that names them, or before it. */
  async #take(read: ReadRecord, objects: KernelObjects | null, gathered: Gathered): Promise<Taken> {
    if (!read.ok || objects === null) return { lost: [], digests: [] }
    return takeObjects(objects, read.record, this.#into(gathered))
  }

  #into(gathered: Gathered): Pick<ObjectStore, 'put' | 'has'> {
    return {
      put: (bytes) => gathered.put(bytes),
      has: (digest) => this.#options.objects.has(digest),
    }
  }

  #missing(why: string): ReadRecord {
    return { ok: false, why }
  }

  #recordOf(run: RunId): PromiseWithResolvers<unknown> {
    const known = this.#records.get(run) ?? Promise.withResolvers<unknown>()
    this.#records.set(run, known)
    return known
  }

  async #awaitRecord(run: RunId): Promise<ReadRecord> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), RECORD_WAIT_MS)
    })
    const raw = await Promise.race([this.#recordOf(run).promise, late])
    clearTimeout(timer)
    return readRecord(raw)
  }

  /** The log is append-only: a record that missed its entry is kept beside it, by its content. */
  #keepLate(run: RunId): void {
    const pending = this.#records.get(run)
    this.#records.delete(run)
    const keep = async () => {
      const raw = await pending?.promise
      if (raw !== undefined && whyTooDeep(raw) === null)
        await this.#options.objects.put(Buffer.from(JSON.stringify(raw)))
    }
    inBackground(keep(), `keeping the late record of run ${run}`)
  }
}

/** The record without the bytes that could not be taken in, which it names as missing. */
function withoutObjects(read: ReadRecord, { lost }: Taken): ReadRecord {
  if (!read.ok || lost.length === 0) return read
  const missing = lost.map((digest) => ({ what: `the bytes of ${digest}`, why: 'the spool lost them' }))
  const { used, generated, notCaptured } = read.record
  const edges = {
    used: used.map(withoutLost(lost)),
    generated: generated.map(withoutLost(lost)),
    notCaptured: [...notCaptured, ...missing],
  }
  return { ok: true, record: { ...read.record, ...edges } }
}

/** No edge claims bytes that are not there. */
const withoutLost =
  (lost: readonly string[]) =>
  (edge: AgentEdge): AgentEdge =>
    edge.value && lost.includes(edge.value.digest) ? { ...edge, value: null } : edge

function queuedEntry(notebook: string, session: SessionId, run: Run): LogEntry {
  return {
    type: 'run-queued',
    run: run.run,
    session,
    at: run.queued,
    notebook,
    cellId: run.cell,
    cell: run.place,
    actor: run.actor,
    sourceDigest: run.sourceDigest,
    title: titleOf(run.recorded),
  }
}

/** First line that says something, at most 200 characters. */
function titleOf(source: string): string {
  const line = source.split('\n').find((text) => text.trim() !== '') ?? ''
  return line.trim().slice(0, 200).toWellFormed()
}
