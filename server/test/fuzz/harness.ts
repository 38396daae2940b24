/**
 * Feeds a target and looks for faults: a throw, an unhandled rejection, a turn of the event loop that takes
 * over 250 ms, an input that is neither taken nor refused, a state that changed although the input was refused.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { seconds } from '../../setup/patience.js'
import { digestOf } from '../../src/disk/digest.ts'
import { mutated } from './mutate.ts'
import type { Opened, Target } from './target.ts'
import { targets } from './targets.ts'
import { slowness, Turns } from './turns.ts'

/** The longest turn that others may wait for, ms of processor time. */
const STALL_MS = 250
/** What is neither taken nor refused by then never will be. */
const UNANSWERED_MS = seconds(60)
/** A round ends then, also while it looks for a smaller input with the same fault. */
const ROUND_MS = 120_000
const repository = resolve(import.meta.dirname, '../../..')

/** What came of feeding one target. `fault` is null where there is none. */
export interface Report {
  readonly inputs: number
  readonly refused: number
  readonly slowestMs: number
  readonly fault: { readonly why: string; readonly file: string } | null
}

export interface Budget {
  readonly seed: number
  /** So many inputs beside the corpus; without `until` no more. */
  readonly inputs: number
  /** As many rounds of `inputs` as begin before this time, as of `performance.now()`; the last one ends then. */
  readonly until?: number
}

export async function fuzz(name: string, budget: Budget): Promise<Report> {
  const path = Object.hasOwn(targets, name) ? targets[name] : undefined
  if (path === undefined)
    throw new Error(`There is no fuzz target "${name}": ${Object.keys(targets).join(', ')}`)
  const { target }: { readonly target: Target } = await import(join(repository, path))
  const run = new Run(target)
  process.on('unhandledRejection', run.keepRejection)
  try {
    return await run.all(name, budget)
  } finally {
    process.off('unhandledRejection', run.keepRejection)
  }
}

class Run {
  readonly #target: Target
  readonly #turns = new Turns()
  readonly #limitMs = STALL_MS * slowness()
  readonly #rejections: unknown[] = []
  readonly keepRejection = (reason: unknown): void => void this.#rejections.push(reason)
  #counts = { inputs: 0, refused: 0, slowestMs: 0 }
  /** What is being fed: a round that ends by its time leaves it behind. */
  #feeding: Promise<string | null> = Promise.resolve(null)
  #fed: Uint8Array | null = null

  constructor(target: Target) {
    this.#target = target
  }

  async all(name: string, budget: Budget): Promise<Report> {
    const folder = join(import.meta.dirname, 'corpus', name)
    const corpus = await filesIn(folder)
    let fault = await this.#with((opened) => this.#known(opened, corpus))
    const { seed, inputs: numRuns, until } = budget
    for (let round = 0; fault === null && (round === 0 || performance.now() < (until ?? 0)); round++)
      fault = await this.#with((opened) => this.#made(opened, corpus, { seed: seed + round, numRuns, until }))
    return { ...this.#counts, fault: fault && { why: fault.why, file: await keep(folder, fault.input) } }
  }

  async #with<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    const opened = await this.#target.open()
    return work(opened).finally(() => opened.close())
  }

  async #known(opened: Opened, corpus: readonly Uint8Array[]): Promise<Fault | null> {
    for (const input of corpus) {
      const why = await this.#feed(opened, input).catch(wordsOf)
      if (why !== null) return { why, input }
    }
    return null
  }

  async #made(
    opened: Opened,
    corpus: readonly Uint8Array[],
    { seed, numRuns, until = Number.POSITIVE_INFINITY }: RoundBudget,
  ): Promise<Fault | null> {
    const { inputs } = this.#target
    const input = corpus.length === 0 ? inputs : fc.oneof(inputs, mutated(corpus))
    const holds = fc.asyncProperty(input, async (bytes) => {
      this.#feeding = this.#feed(opened, bytes)
      const why = await this.#feeding
      if (why !== null) throw new Error(why)
    })
    const left = Math.max(1, Math.min(ROUND_MS, until - performance.now()))
    const found = await fc.check(holds, { seed, numRuns, interruptAfterTimeLimit: left })
    const [shrunk] = found.counterexample ?? []
    if (shrunk !== undefined) return { why: `${wordsOf(found.errorInstance)} (seed ${seed})`, input: shrunk }
    const why = await this.#feeding.catch(wordsOf)
    return why === null || this.#fed === null ? null : { why: `${why} (seed ${seed})`, input: this.#fed }
  }

  /** Why this input shows a fault; null where it shows none. */
  async #feed(opened: Opened, input: Uint8Array): Promise<string | null> {
    this.#fed = input
    const before = await opened.state()
    this.#turns.start()
    let slowestMs = 0
    const verdict = await answered(opened.feed(input)).finally(() => {
      slowestMs = this.#turns.stop()
    })
    if (verdict === null) return 'it was neither taken nor refused'
    await new Promise((resolve) => setImmediate(resolve))
    this.#counts.inputs++
    this.#counts.slowestMs = Math.max(this.#counts.slowestMs, slowestMs)
    if (verdict === 'refused') this.#counts.refused++
    const [rejection] = this.#rejections.splice(0)
    if (rejection !== undefined) return `an unhandled rejection: ${wordsOf(rejection)}`
    if (this.#isStall(slowestMs)) return `a turn of the event loop took ${slowestMs.toFixed(0)} ms`
    const isChanged = verdict === 'refused' && (await opened.state()) !== before
    return isChanged ? 'it was refused, and yet something changed' : null
  }

  /** The machine may have become slower since the limit was set: it is measured again. */
  #isStall(ms: number): boolean {
    return ms > this.#limitMs && ms > STALL_MS * slowness()
  }
}

interface RoundBudget {
  readonly seed: number
  readonly numRuns: number
  readonly until: number | undefined
}

interface Fault {
  readonly why: string
  readonly input: Uint8Array
}

/** Null where there is no answer in time. */
function answered<T>(feeding: Promise<T>): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, UNANSWERED_MS, null)
  return Promise.race([feeding, promise]).finally(() => clearTimeout(timer))
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

async function filesIn(folder: string): Promise<Uint8Array[]> {
  const names = await readdir(folder).catch(() => [])
  return Promise.all(names.toSorted().map((name) => readFile(join(folder, name))))
}

/** Keeps what showed a fault, so that it is fed from now on. */
async function keep(folder: string, input: Uint8Array): Promise<string> {
  const file = join(folder, `found-${digestOf(input).slice(7, 19)}`)
  await mkdir(folder, { recursive: true })
  await writeFile(file, input)
  return file
}
