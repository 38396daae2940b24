/**
 * Samples what a kernel uses while it runs a cell. Invariants: at most `MOST_SAMPLES` a run, whatever its length; nothing
 * is measured while nothing runs, and a run that is over at once costs a timer.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import { MOST_SAMPLES, type RunUse, type UseSample } from '../../contract/run-use.ts'
import { Gpus } from './gpus.ts'
import { type LookAtTree, lookAtTree, type TreeUse } from './processes.ts'

const FIRST_MS = 250
const EVERY_MS = 500
/** A shorter run has no samples. */
const LEAST_MS = 2_000

/** Where samples come from; others in tests. `later` calls back after that time, and returns what cancels it. */
export interface SampleParts {
  readonly now: () => number
  readonly later: (call: () => void, ms: number) => () => void
  readonly tree: LookAtTree
  readonly gpus: Pick<Gpus, 'look'>
}

/** One for all kernels: each measurement starts a program. */
const gpus = new Gpus()

const PARTS: SampleParts = {
  now: () => performance.now(),
  later: (call, ms) => {
    const timer = setTimeout(call, ms).unref()
    return () => clearTimeout(timer)
  },
  tree: lookAtTree,
  gpus,
}

export class RunSamples {
  readonly #parts: SampleParts
  readonly #runs = new Map<string, Sampling>()

  constructor(parts: Partial<SampleParts> = {}) {
    this.#parts = { ...PARTS, ...parts }
  }

  /** Samples the process `pid` and all below it until `done` settles or the samples are taken. */
  begin(run: string, pid: number, done: Promise<unknown>): void {
    const sampling = new Sampling(pid, this.#parts)
    this.#runs.set(run, sampling)
    const stop = () => sampling.stop()
    done.then(stop, stop)
  }

  /** Ends the sampling of a run. Null if the run was short, or its process could not be measured. */
  take(run: string): RunUse | null {
    const sampling = this.#runs.get(run)
    this.#runs.delete(run)
    return sampling?.stop() ?? null
  }
}

class Sampling {
  readonly #pid: number
  readonly #parts: SampleParts
  readonly #start: number
  readonly #samples: UseSample[] = []
  #everyMs = EVERY_MS
  #cpuMs = 0
  #lastedMs: number | null = null
  #cancel: () => void

  constructor(pid: number, parts: SampleParts) {
    this.#pid = pid
    this.#parts = parts
    this.#start = parts.now()
    this.#cancel = this.#lookIn(FIRST_MS)
  }

  stop(): RunUse | null {
    this.#lastedMs ??= this.#parts.now() - this.#start
    this.#cancel()
    return this.#lastedMs < LEAST_MS || this.#samples.length < 2 ? null : this.#samples
  }

  #lookIn(ms: number): () => void {
    return this.#parts.later(() => inBackground(this.#look(), 'sampling what a run uses'), ms)
  }

  async #look(): Promise<void> {
    const tree = await this.#parts.tree(this.#pid)
    // A process that is gone, or a system that cannot be asked, has no later sample either.
    if (this.#lastedMs !== null || tree === null) return
    this.#add(tree)
    this.#cancel = this.#lookIn(this.#everyMs)
  }

  #add({ pids, cpuMs, memory }: TreeUse): void {
    const ms = Math.round(this.#parts.now() - this.#start)
    const before = this.#samples.at(-1)
    const lasted = before === undefined ? 0 : ms - before.ms
    // A child that has ended takes its time with it: then 0.
    const cpu = lasted <= 0 ? null : Math.max(0, Math.round((100 * (cpuMs - this.#cpuMs)) / lasted))
    this.#cpuMs = cpuMs
    const { byPid, at } = this.#parts.gpus.look()
    const held = at < this.#start ? [] : pids.flatMap((pid) => byPid.get(pid) ?? [])
    const gpuMemory = held.length === 0 ? null : held.reduce((sum, one) => sum + one, 0)
    this.#samples.push({ ms, cpu, memory, gpuMemory })
    if (this.#samples.length < MOST_SAMPLES) return
    this.#samples.splice(0, MOST_SAMPLES, ...halved(this.#samples))
    this.#everyMs *= 2
  }
}

/** pure. Every two samples after the first as one: the highest memory, and the mean of CPU over both times. */
export function halved(samples: readonly UseSample[]): UseSample[] {
  const [first, ...rest] = samples
  if (first === undefined) return []
  const merged = [first]
  for (let n = 0; n < rest.length; n += 2) {
    const pair = rest.slice(n, n + 2)
    const [a, b] = pair
    const start = merged.at(-1)?.ms ?? 0
    if (a !== undefined) merged.push(b === undefined ? a : mergedOf(a, b, start))
  }
  return merged
}

function mergedOf(a: UseSample, b: UseSample, start: number): UseSample {
  const lasted = b.ms - start
  const share = lasted <= 0 ? 1 : (b.ms - a.ms) / lasted
  const cpu = a.cpu === null || b.cpu === null ? b.cpu : Math.round(a.cpu * (1 - share) + b.cpu * share)
  return { ms: b.ms, cpu, memory: Math.max(a.memory, b.memory), gpuMemory: most(a.gpuMemory, b.gpuMemory) }
}

const most = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)
