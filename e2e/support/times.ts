/**
 * How soon a program was ready after a kill. The tests print it and fail nothing: a slow machine proves no fault. A
 * proof of many rounds (`npm run proof`) fails if the median is too long.
 */
import { percentile } from '../bench/figures.ts'
import { discard, newFolder, startProgram } from './program.ts'

/** The longest median that passes in a proof, ms. */
export const LONGEST_MEDIAN_MS = 5_000
/** Fewer rounds say too little of a median. */
const LEAST_ROUNDS = 100
const ROUNDS_EACH_BASELINE = 20

/** `name: p50 12 ms, p90 30 ms, p99 40 ms, max 41 ms of 300`. */
export function timesLine(name: string, ms: readonly number[]): string {
  if (ms.length === 0) return `${name}: no times`
  const [p50, p90, p99, max] = [50, 90, 99, 100].map((p) => Math.round(percentile(ms, p)))
  return `${name}: p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms, max ${max} ms of ${ms.length}`
}

/** From the start of the empty project's server to its address, ms. */
async function startEmpty(): Promise<number> {
  const folder = await newFolder()
  const started = performance.now()
  const program = await startProgram(folder)
  const ms = performance.now() - started
  await program.stop()
  await discard(folder)
  return ms
}

/** The times to ready of one test, and in a proof those of an empty project, taken between the rounds. */
export class ReadyTimes {
  readonly #isJudged: boolean
  readonly #startEmpty: () => Promise<number>
  readonly #ms: number[] = []
  readonly #emptyMs: number[] = []

  constructor(rounds: number, isProof = process.env.YESTERDAY_KILL_PROOF === '1', start = startEmpty) {
    this.#isJudged = isProof && rounds >= LEAST_ROUNDS
    this.#startEmpty = start
  }

  add(ms: number): void {
    this.#ms.push(ms)
  }

  /** Called after each round, while no time is taken. */
  async endRound(round: number): Promise<void> {
    if (this.#isJudged && round % ROUNDS_EACH_BASELINE === 0) this.#emptyMs.push(await this.#startEmpty())
  }

  report(): string {
    const lines = [timesLine('ready after a kill', this.#ms)]
    if (this.#isJudged) lines.push(timesLine('ready in an empty project', this.#emptyMs))
    return lines.join('\n')
  }

  /** Throws in a proof if the median is longer than `LONGEST_MEDIAN_MS`. */
  judge(): void {
    if (!this.#isJudged) return
    const median = this.#ms.length === 0 ? Number.POSITIVE_INFINITY : percentile(this.#ms, 50)
    if (median > LONGEST_MEDIAN_MS)
      throw new Error(`not ready within ${LONGEST_MEDIAN_MS} ms in half of the rounds\n${this.report()}`)
  }
}
