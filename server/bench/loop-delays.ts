/** How long others wait while something is done: the delay of the event loop, and its longest turn in processor time. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Turns } from '../test/fuzz/turns.ts'

/** Milliseconds. */
export interface Delays {
  readonly p99: number
  readonly max: number
  readonly turn: number
}

export const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms))

export const print = (text: string): boolean => process.stdout.write(`${text}\n`)

/** The p99 and the longest delay of the event loop during the work, and its longest turn in processor time. */
export async function delays(work: () => Promise<unknown>): Promise<Delays> {
  const turns = new Turns()
  const histogram = monitorEventLoopDelay({ resolution: 5 })
  histogram.enable()
  turns.start()
  await work()
  await pause(500)
  histogram.disable()
  return { p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6, turn: turns.stop() }
}

/** The figures as one line, with the goal. */
export function delayLine(name: string, { p99, max, turn }: Delays): string {
  const verdict = p99 <= 50 && max <= 250 ? 'reached' : 'MISSED'
  const figures = `p99 ${p99.toFixed(0)} ms, max ${max.toFixed(0)} ms, longest turn ${turn.toFixed(0)} ms of CPU`
  return `${`event loop while ${name}`.padEnd(52)} ${figures}  goal 50 / 250 ms ${verdict}`
}
