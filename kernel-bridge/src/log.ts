/**
 * The log of this process: lines of JSON on stderr, by pino. `YESTERDAY_LOG` is the lowest level that is written: `trace`,
 * `debug`, `info`, `warn` (the default), `error` or `silent`. Each line names the notebook, session, run and kernel that
 * it is about. Invariant: no code, output or answer of a person is logged, and known secrets are masked.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { pino } from 'pino'

/** What a line is about; ids where they are known. */
export interface LogPlace {
  readonly notebook?: string
  readonly session?: string
  readonly run?: string
  readonly kernel?: string
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
const DEFAULT_LEVEL = 'warn'

const place = new AsyncLocalStorage<LogPlace>()

/** Rewrites each line before it is written: errors may quote what holds a secret. */
let mask = (line: string): string => line

/** Does the work; what it logs, and what it starts logs, names this place. */
export function atPlace<T>(at: LogPlace, work: () => T): T {
  return place.run({ ...place.getStore(), ...at }, work)
}

/** Every line that this process logs from now on passes through `by`. */
export function maskLog(by: (line: string) => string): void {
  mask = by
}

/** A log that writes to `write`, at this level. */
export const makeLog = (write: (line: string) => void, level: string) =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Pino adds to the object that it gets.
      mixin: () => ({ ...place.getStore() }),
    },
    { write: (line: string) => write(mask(line)) },
  )

const asked = process.env.YESTERDAY_LOG ?? DEFAULT_LEVEL
const level = LEVELS.includes(asked) ? asked : DEFAULT_LEVEL

export const log = makeLog((line) => process.stderr.write(line), level)
if (level !== asked) log.warn(`YESTERDAY_LOG is ${JSON.stringify(asked)}; levels are ${LEVELS.join(', ')}`)
