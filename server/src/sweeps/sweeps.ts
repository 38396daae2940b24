/**
 * The sweeps that pages asked for. Invariant: a sweep ends in exactly one state, whatever is thrown in it, and each of its
 * trials too; what is on disk after a crash names the trials that were killed.
 */
import { randomBytes } from 'node:crypto'
import { parseParameter, placeOfParameters, trialsOf } from '../../contract/sweep-grid.ts'
import type {
  Sweep,
  SweepList,
  SweepRequest,
  SweepState,
  SweepTrial,
  TrialState,
} from '../../contract/sweeps.ts'
import { untilNews } from '../connection/news.ts'
import { parseComparisons } from '../lineage/comparisons.ts'
import { defaultJobs, runTrials, type SweepEvents, type SweepPlan } from './run-trials.ts'
import { SweepFiles } from './sweep-files.ts'
import { type SweepWorld, sweptCells, type TrialResult } from './trial.ts'

/** Sweeps at the same time. */
const AT_ONCE = 2
/** The state of a running sweep is written at most so often. */
const WRITE_MS = 300

export interface SweepRefusal {
  readonly code: 'badSweep' | 'busy'
  readonly message: string
  readonly hint: string
}

type Run = (world: SweepWorld, plan: SweepPlan, events: SweepEvents, stopped: AbortSignal) => Promise<void>

interface Entry {
  readonly document: string
  sweep: Sweep
  /** Null once it has ended. */
  stop: AbortController | null
  readonly waiting: Set<() => void>
}

export interface SweepsOptions {
  readonly files: Pick<SweepFiles, 'read' | 'write'>
  readonly onProblem: (what: string, error: unknown) => void
  /** The engine. Default: trials on kernels. */
  readonly run?: Run
}

export class Sweeps {
  readonly #options: SweepsOptions
  readonly #run: Run
  readonly #entries = new Map<string, Entry>()
  readonly #work = new Set<Promise<void>>()
  readonly #unwritten = new Map<string, NodeJS.Timeout>()
  #writing: Promise<void> = Promise.resolve()
  #read: Promise<void> | null = null

  constructor(options: SweepsOptions) {
    this.#options = options
    this.#run = options.run ?? runTrials
  }

  /** Reads what earlier servers left. A sweep that one of them did not end is ended now. */
  recover(): Promise<void> {
    this.#read ??= this.#readAll()
    return this.#read
  }

  /** `world.form` is the notebook to run. */
  start(document: string, world: SweepWorld, request: SweepRequest): Sweep | SweepRefusal {
    if (this.#work.size >= AT_ONCE) return busy
    const plan = planOf(world, request)
    if ('code' in plan) return plan
    const sweep: Sweep = {
      id: randomBytes(8).toString('hex'),
      state: 'running',
      started: new Date().toISOString(),
      ended: null,
      by: world.actor,
      request: { ...request, seed: plan.seed, parallel: plan.jobs },
      revision: 1,
      trials: plan.trials.map((values, index) => waitingTrial(index + 1, values)),
      problem: null,
    }
    const entry: Entry = { document, sweep, stop: new AbortController(), waiting: new Set() }
    this.#entries.set(sweep.id, entry)
    const work = this.#perform(entry, world, plan).finally(() => this.#work.delete(work))
    this.#work.add(work)
    return sweep
  }

  async list(document: string): Promise<SweepList> {
    await this.recover()
    const own = [...this.#entries.values()].filter((entry) => entry.document === document)
    const sweeps = own.map(({ sweep: { trials, revision: _, problem: __, ...head } }) => ({
      ...head,
      trials: trials.length,
      endedTrials: trials.filter(({ state }) => !isOpen(state)).length,
    }))
    return { sweeps: sweeps.toReversed(), parallel: defaultJobs() }
  }

  /** The sweep as it is; with `after`, when its revision differs, or after the wait. Null where there is none. */
  async look(document: string, id: string, after: number | null, waitMs: number): Promise<Sweep | null> {
    await this.recover()
    const entry = this.#entryOf(document, id)
    if (entry === null) return null
    if (after !== null && entry.stop !== null && entry.sweep.revision <= after)
      await untilNews(entry.waiting, waitMs)
    return entry.sweep
  }

  stop(document: string, id: string): Sweep | null {
    const entry = this.#entryOf(document, id)
    entry?.stop?.abort('stopped')
    return entry?.sweep ?? null
  }

  /** Interrupts all; settles when their kernels are gone and their states are written. */
  async close(): Promise<void> {
    for (const { stop } of this.#entries.values()) stop?.abort('interrupted')
    await Promise.all(this.#work)
    await this.#writing
  }

  #entryOf(document: string, id: string): Entry | null {
    const entry = this.#entries.get(id)
    return entry?.document === document ? entry : null
  }

  async #readAll(): Promise<void> {
    for (const { document, sweep } of await this.#options.files.read()) {
      if (this.#entries.has(sweep.id)) continue
      const entry: Entry = { document, sweep, stop: null, waiting: new Set() }
      this.#entries.set(sweep.id, entry)
      if (sweep.state === 'running') this.#end(entry, 'interrupted', 'killed', null)
    }
    await this.#writing
  }

  async #perform(entry: Entry, world: SweepWorld, plan: SweepPlan): Promise<void> {
    const stop = entry.stop ?? new AbortController()
    const { signal } = stop
    const why = (): 'stopped' | 'killed' => (signal.reason === 'stopped' ? 'stopped' : 'killed')
    this.#write(entry)
    try {
      const onStarted = (number: number) => this.#changeTrial(entry, number, { state: 'running' })
      const onEnded = (result: TrialResult) =>
        this.#changeTrial(entry, result.number, endedTrial(result, signal.aborted ? why() : null))
      await this.#run(world, plan, { onStarted, onEnded }, signal)
      const state = signal.aborted ? (why() === 'stopped' ? 'stopped' : 'interrupted') : 'done'
      this.#end(entry, state, why(), null)
    } catch (error) {
      this.#options.onProblem('a sweep', error)
      stop.abort('failed')
      this.#end(entry, 'failed', 'stopped', error instanceof Error ? error.message : String(error))
    }
    await this.#writing
  }

  #changeTrial(entry: Entry, number: number, change: Partial<SweepTrial>): void {
    const trials = entry.sweep.trials.map((one) => (one.number === number ? { ...one, ...change } : one))
    this.#change(entry, { trials })
    this.#writeSoon(entry)
  }

  #end(entry: Entry, state: SweepState, running: TrialState, problem: string | null): void {
    const last = (one: SweepTrial): SweepTrial => {
      if (one.state === 'waiting') return { ...one, state: 'skipped' }
      return one.state === 'running' ? { ...one, state: running } : one
    }
    entry.stop = null
    const trials = entry.sweep.trials.map(last)
    this.#change(entry, { state, trials, problem, ended: new Date().toISOString() })
    this.#write(entry)
  }

  #change(entry: Entry, change: Partial<Sweep>): void {
    entry.sweep = { ...entry.sweep, ...change, revision: entry.sweep.revision + 1 }
    for (const wake of entry.waiting) wake()
  }

  #writeSoon(entry: Entry): void {
    const { id } = entry.sweep
    if (!this.#unwritten.has(id))
      this.#unwritten.set(
        id,
        setTimeout(() => this.#write(entry), WRITE_MS),
      )
  }

  /** Writes one file after the other, so that a later state is never replaced by an earlier one. */
  #write(entry: Entry): void {
    clearTimeout(this.#unwritten.get(entry.sweep.id))
    this.#unwritten.delete(entry.sweep.id)
    const { files, onProblem } = this.#options
    this.#writing = this.#writing
      .then(() => files.write({ document: entry.document, sweep: entry.sweep }))
      .catch((error: unknown) => onProblem('writing the state of a sweep', error))
  }
}

/** The sweeps of a project, by the folder of its history. */
export const openSweeps = (folder: string, onProblem: SweepsOptions['onProblem']): Sweeps =>
  new Sweeps({ files: new SweepFiles(folder), onProblem })

const isOpen = (state: TrialState): boolean => state === 'waiting' || state === 'running'

const waitingTrial = (number: number, values: Readonly<Record<string, string>>): SweepTrial => ({
  ...{ number, values: { ...values }, state: 'waiting', durationMs: null, run: null, session: null },
  ...{ metrics: {}, error: null },
})

/** `ended` is why it ended early; null where it did not. */
function endedTrial(result: TrialResult, ended: TrialState | null): Partial<SweepTrial> {
  const { outcome, durationMs, runs, session, figures, error } = result
  return {
    state: ended ?? outcome,
    durationMs,
    run: runs.at(-1) ?? null,
    session,
    metrics: { ...figures.metrics },
    error: error === null ? null : error.slice(0, 1_000),
  }
}

/** What to run, with the seed that was drawn; or what is wrong with the request. */
export function planOf(
  { form }: Pick<SweepWorld, 'form'>,
  { parameters, random, seed, parallel, stopWhen }: SweepRequest,
): (SweepPlan & { readonly seed: number | null }) | SweepRefusal {
  const parsed = parameters.map(({ name, values }) => parseParameter(`${name}=${values}`))
  const wrong = parsed.find((one) => !one.ok)
  if (wrong !== undefined && !wrong.ok) return bad(wrong.why)
  const condition = parseComparisons(stopWhen)
  if (!condition.ok) return bad(`"${condition.word}" is no comparison, such as acc>0.95`)
  const drawn = random === null ? null : (seed ?? Math.floor(Math.random() * 1_000_000))
  const trials = trialsOf(
    parsed.flatMap((one) => (one.ok ? [one.value] : [])),
    random === null || drawn === null ? null : { count: random, seed: drawn },
  )
  if (!trials.ok) return bad(trials.why)
  const place = placeOfParameters(sweptCells(form), Object.keys(trials.value[0] ?? {}))
  if (!place.ok) return bad(place.why)
  const most = parallel ?? defaultJobs()
  return {
    trials: trials.value,
    place: place.value,
    stopWhen: condition.comparisons,
    jobs: most,
    seed: drawn,
  }
}

const bad = (message: string): SweepRefusal => ({
  code: 'badSweep',
  message: `This sweep cannot run: ${message}.`,
  hint: 'Give each parameter a value in a cell, and values such as 0.1,0.01 or 2..6 here.',
})

const busy: SweepRefusal = {
  code: 'busy',
  message: 'Two sweeps are at work already.',
  hint: 'Wait for one of them, or stop it.',
}
