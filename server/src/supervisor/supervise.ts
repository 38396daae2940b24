/**
 * Runs the server in a process of its own and starts it again after a crash, on the same port. Invariant: the server
 * never outlives the supervisor for long: it stops when the channel between them closes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Ended, MOST_CRASHES, RestartPolicy } from './policy.ts'

/**
 * Set in the server's environment, so that it serves and does not supervise in turn. Its value is the signal with which
 * the server before it crashed, empty where none did.
 */
export const SUPERVISED = 'YESTERDAY_SUPERVISED'

/** Signals by which a process ends for what it did itself. */
const faults: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE', 'SIGTRAP'])

/** A server that does not end after it was asked twice is killed after this, ms. */
const KILL_AFTER_MS = 5_000
/** One Ctrl-C may come twice: from the terminal, and from a program between it and this one. */
const AGAIN_MS = 1_000

const Ready = z.object({ type: z.literal('ready'), port: z.number().int() })
/** What the server sends when it listens. */
export type Ready = z.infer<typeof Ready>

export interface SuperviseOptions {
  /** The program and its arguments, as `node` is given them. */
  readonly command: readonly string[]
  /** Reports to a person. */
  readonly say: (line: string) => void
  readonly sleep?: (ms: number) => Promise<unknown>
  readonly now?: () => number
}

/** Settles with the exit code when the server has ended for good. */
export function supervise(options: SuperviseOptions): Promise<number> {
  return new Supervisor(options).run()
}

class Supervisor {
  readonly #options: Required<SuperviseOptions>
  readonly #policy = new RestartPolicy()
  #child: ChildProcess | null = null
  #port: number | null = null
  #askedAt: number | null = null
  #fault = ''

  constructor(options: SuperviseOptions) {
    this.#options = { sleep, now: () => performance.now(), ...options }
  }

  async run(): Promise<number> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => this.#pass(signal))
    for (;;) {
      const ended = await this.#live()
      this.#fault = ended.signal !== null && faults.has(ended.signal) ? ended.signal : ''
      const { say, now } = this.#options
      const step = this.#policy.afterEnd(ended, { wasAsked: this.#askedAt !== null, now: now() })
      if (step.type === 'end') return step.code
      if (step.type === 'give-up') {
        say(givenUp(ended))
        return step.code
      }
      say(`The server ended unexpectedly (${wordsOf(ended)}). It is started again; kernels go on.`)
      await this.#options.sleep(step.afterMs)
      if (this.#askedAt !== null) return 0
    }
  }

  /** One life of the server. */
  async #live(): Promise<Ended> {
    const again = this.#port === null ? [] : ['--port', String(this.#port), '--no-open']
    const child = spawn(process.execPath, [...this.#options.command, ...again], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [SUPERVISED]: this.#fault },
    })
    this.#child = child
    child.on('message', (message) => {
      const ready = Ready.safeParse(message)
      if (ready.success) this.#port = ready.data.port
    })
    const exit = Promise.withResolvers<Ended>()
    child.once('exit', (code, signal) => exit.resolve({ code, signal }))
    child.once('error', () => exit.resolve({ code: 1, signal: null }))
    return exit.promise
  }

  #pass(signal: NodeJS.Signals): void {
    const now = this.#options.now()
    const isAgain = this.#askedAt !== null && now - this.#askedAt > AGAIN_MS
    this.#askedAt ??= now
    this.#child?.kill(signal)
    if (isAgain) setTimeout(() => this.#child?.kill('SIGKILL'), KILL_AFTER_MS).unref()
  }
}

const wordsOf = ({ code, signal }: Ended): string => (signal === null ? `exit code ${code}` : signal)

const givenUp = (ended: Ended): string =>
  `yesterday: the server ended unexpectedly ${MOST_CRASHES} times within a minute, last with ${wordsOf(ended)}.
  What it printed above says why; .yesterday/faults.log keeps it. Your notebooks and history are untouched.
  "yesterday fsck" checks the history. "yesterday serve" tries again.`
