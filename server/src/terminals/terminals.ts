/**
 * The terminals of a project. Invariant: each belongs to a person who may run code now, and none outlives the server: a
 * signed record of each shell lets the next server end what a killed one left.
 */
import { randomBytes } from 'node:crypto'
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Actor } from '../../contract/actor.ts'
import type { Terminal as TerminalModel, TerminalStart } from '../../contract/terminals.ts'
import { type OpenPty, openPty, shellEnvironment } from './pty.ts'
import { programsOf } from './session-processes.ts'
import { Terminal } from './terminal.ts'
import type { TerminalRecords } from './terminal-records.ts'

export const MOST_TERMINALS = 32
const MOST_NAMES = 10
/** As a client knows it before it has measured its own. */
const FIRST_SIZE = { columns: 80, rows: 24 }
/** How often it is looked whether the owners of terminals may still run code, ms. */
const LOOK_MS = 500

export interface TerminalsOptions {
  readonly records: TerminalRecords
  readonly env: NodeJS.ProcessEnv
  /** Whether this person may run code at this moment. */
  readonly mayRun: (personId: string) => boolean
  readonly onOpened?: (terminal: Terminal) => void
  /** `by`: who ended it; null where the shell ended by itself, the server stops, or its owner lost the right to it. */
  readonly onEnded?: (terminal: Terminal, by: Actor | null) => void
  readonly open?: OpenPty
}

/** There may be no further terminal, or this system has none. */
export class NoTerminalError extends Error {}

export class Terminals {
  readonly #options: TerminalsOptions
  readonly #terminals = new Map<string, Terminal>()
  readonly #looks: ReturnType<typeof setInterval>
  readonly #opening = new Set<string>()
  readonly #endedBy = new WeakMap<Terminal, Actor>()
  #isClosed = false

  constructor(options: TerminalsOptions) {
    this.#options = options
    this.#looks = setInterval(() => this.#endForbidden(), LOOK_MS)
    this.#looks.unref()
  }

  has(name: string): boolean {
    return this.#terminals.has(name)
  }

  get(name: string): Terminal | null {
    return this.#terminals.get(name) ?? null
  }

  /** Throws `NoTerminalError`. */
  async start(cwd: string, by: Actor, asked: Pick<TerminalStart, 'name' | 'title'>): Promise<Terminal> {
    const name = asked.name ?? this.#freeName()
    if (this.#isClosed) throw new NoTerminalError('The server is stopping.')
    if (this.#isTaken(name)) throw new NoTerminalError(`Terminal ${name} is being opened.`)
    if (this.#terminals.size + this.#opening.size >= MOST_TERMINALS)
      throw new NoTerminalError(`There are ${MOST_TERMINALS} terminals already. Close one first.`)
    this.#opening.add(name)
    try {
      return await this.#open(name, cwd, by, asked.title ?? `Terminal ${name}`)
    } finally {
      this.#opening.delete(name)
    }
  }

  async #open(name: string, cwd: string, by: Actor, title: string): Promise<Terminal> {
    const { records, env, open = openPty } = this.#options
    const mark = randomBytes(16).toString('hex')
    const pty = await open({ cwd, env: shellEnvironment(env, mark), ...FIRST_SIZE }).catch(
      (error: unknown) => {
        throw new NoTerminalError(error instanceof Error ? error.message : String(error))
      },
    )
    records.add(mark, pty.pid)
    const terminal = new Terminal(pty, { name, by: { id: by.id, name: by.name }, title })
    this.#terminals.set(name, terminal)
    inBackground(this.#forget(terminal, mark), 'forgetting a terminal')
    this.#options.onOpened?.(terminal)
    if (this.#isClosed) await terminal.kill()
    return terminal
  }

  async #forget(terminal: Terminal, mark: string): Promise<void> {
    await terminal.ended
    this.#terminals.delete(terminal.name)
    this.#options.records.remove(mark)
    this.#options.onEnded?.(terminal, this.#endedBy.get(terminal) ?? null)
  }

  /** False where there is no such terminal. */
  async end(name: string, by: Actor): Promise<boolean> {
    const terminal = this.#terminals.get(name)
    if (terminal === undefined) return false
    this.#endedBy.set(terminal, { id: by.id, name: by.name })
    await terminal.kill()
    return true
  }

  async list(): Promise<readonly TerminalModel[]> {
    return this.#models([...this.#terminals.values()])
  }

  async model(terminal: Terminal): Promise<TerminalModel> {
    const [model] = await this.#models([terminal])
    if (model === undefined) throw new Error('a terminal has no model')
    return model
  }

  async #models(terminals: readonly Terminal[]): Promise<readonly TerminalModel[]> {
    const programs = await programsOf(terminals.map(({ pid }) => pid))
    return terminals.map((terminal) => ({
      name: terminal.name,
      last_activity: terminal.lastActivity.toISOString(),
      title: terminal.title,
      by: terminal.by,
      running: (programs.get(terminal.pid) ?? []).slice(0, MOST_NAMES).map((program) => program.name),
    }))
  }

  /** Ends what servers that were killed left here. */
  async recover(): Promise<number> {
    return this.#options.records.endOrphans()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#looks)
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.kill()))
  }

  #freeName(): string {
    for (let number = 1; ; number++) if (!this.#isTaken(String(number))) return String(number)
  }

  #isTaken(name: string): boolean {
    return this.#terminals.has(name) || this.#opening.has(name)
  }

  #endForbidden(): void {
    for (const terminal of this.#terminals.values())
      if (!this.#options.mayRun(terminal.by.id)) inBackground(terminal.kill(), 'ending a terminal')
  }
}
