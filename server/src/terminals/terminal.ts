/**
 * One terminal: a shell, what it printed last, and the clients that show it. Invariant: memory is bounded whatever the
 * shell prints and however slowly clients read: the shell waits a moment, then slow clients miss what lies between.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Actor } from '../../contract/actor.ts'
import type { TerminalOutput } from '../../contract/terminals.ts'
import type { Pty } from './pty.ts'
import { Scrollback } from './scrollback.ts'
import { programsOf, signal } from './session-processes.ts'

/** Who shows a terminal. */
export interface TerminalClient {
  send(message: TerminalOutput): void
  /** Characters that were sent and are not drawn yet. */
  readonly backlog: number
  end(code: number, reason: string): void
}

interface Attached {
  readonly client: TerminalClient
  size: { readonly rows: number; readonly columns: number } | null
  /** It gets nothing until it has drawn all that it was sent; then it is drawn again as a whole. */
  isBehind: boolean
}

/** Characters that a client may have to draw before the shell waits, and below which it goes on. */
const MOST_BACKLOG = 1024 * 1024
const LOW_BACKLOG = 256 * 1024
/** How long the shell waits for slow clients, ms. */
const PATIENCE_MS = 2_000
/** Output of this time is one message, ms, and at most so many characters. */
const TOGETHER_MS = 8
const MOST_TOGETHER = 128 * 1024
/** What the processes of a terminal have to end by themselves, ms, and how often it is looked at. */
const GRACE_MS = 500
const KILL_MS = 4_000
const LOOK_MS = 20

export class Terminal {
  readonly name: string
  readonly by: Actor
  title: string
  lastActivity = new Date()
  readonly #pty: Pty
  readonly #scrollback = new Scrollback()
  readonly #attached = new Map<TerminalClient, Attached>()
  readonly #ended = Promise.withResolvers<number | null>()
  #isOver = false
  #pending = ''
  #flushing: NodeJS.Timeout | null = null
  #flushed = 0
  #waiting: NodeJS.Timeout | null = null

  constructor(pty: Pty, { name, by, title }: Pick<Terminal, 'name' | 'by' | 'title'>) {
    this.#pty = pty
    this.name = name
    this.by = by
    this.title = title
    pty.onData((text) => this.#print(text))
    pty.onExit((code) => this.#end(code))
  }

  get pid(): number {
    return this.#pty.pid
  }

  /** The program in the foreground is the shell, as far as its name says it. */
  get isShellInFront(): boolean {
    return this.#pty.process.includes(this.#pty.shell)
  }

  /** Settles with the exit code when the shell has ended. */
  get ended(): Promise<number | null> {
    return this.#ended.promise
  }

  /** Draws what is there, and sends all that follows. */
  attach(client: TerminalClient): void {
    if (this.#isOver) {
      client.end(1000, 'The terminal has ended.')
      return
    }
    this.#flush()
    this.#attached.set(client, { client, size: null, isBehind: false })
    client.send(['setup', {}])
    client.send(['stdout', this.#scrollback.drawing])
  }

  detach(client: TerminalClient): void {
    this.#attached.delete(client)
    this.#fit()
    this.#steer()
  }

  /** False, and nothing is typed, where the program has too much to read already. */
  type(text: string): boolean {
    this.lastActivity = new Date()
    return this.#isOver || this.#pty.write(text)
  }

  resize(client: TerminalClient, rows: number, columns: number): void {
    const attached = this.#attached.get(client)
    if (attached === undefined) return
    attached.size = { rows, columns }
    this.#fit()
  }

  /** The client has drawn some of what it was sent. */
  drained(client: TerminalClient): void {
    const attached = this.#attached.get(client)
    if (attached?.isBehind === true && client.backlog === 0) {
      this.#flush()
      attached.isBehind = false
      client.send(['stdout', this.#scrollback.drawing])
    }
    if (this.#waiting !== null && !this.#isAnyAbove(LOW_BACKLOG)) this.#resume()
  }

  /** Ends the clients of a terminal that goes on. */
  disconnect(code: number, reason: string): void {
    for (const client of this.#attached.keys()) client.end(code, reason)
  }

  /** Ends the shell and every process of its session; settles when they are gone. */
  async kill(): Promise<void> {
    if (this.#isOver) return
    this.#resume()
    const started = performance.now()
    for (let name: NodeJS.Signals = 'SIGHUP'; performance.now() - started < KILL_MS; name = 'SIGKILL') {
      const pids = await this.#pids()
      for (const pid of pids) {
        signal(pid, name)
        // A stopped process gets no other signal than SIGKILL.
        if (name !== 'SIGKILL') signal(pid, 'SIGCONT')
      }
      if (process.platform === 'win32') this.#pty.kill()
      if (await this.#areGone(name === 'SIGKILL' ? KILL_MS : GRACE_MS)) break
    }
    await Promise.race([this.ended, delay(KILL_MS, undefined, { ref: false })])
  }

  async #pids(): Promise<readonly number[]> {
    const below = (await programsOf([this.pid])).get(this.pid) ?? []
    return [...below.map(({ pid }) => pid), ...(this.#isOver ? [] : [this.pid])]
  }

  async #areGone(within: number): Promise<boolean> {
    const until = performance.now() + within
    while (performance.now() < until) {
      if ((await this.#pids()).length === 0) return true
      await delay(LOOK_MS)
    }
    return false
  }

  #print(text: string): void {
    this.lastActivity = new Date()
    this.#scrollback.add(text)
    this.#pending += text
    if (this.#pending.length > MOST_TOGETHER) {
      this.#flush()
      return
    }
    const due = Math.max(0, this.#flushed + TOGETHER_MS - performance.now())
    this.#flushing ??= setTimeout(() => this.#flush(), due)
  }

  #flush(): void {
    if (this.#flushing !== null) clearTimeout(this.#flushing)
    this.#flushing = null
    this.#flushed = performance.now()
    const text = this.#pending
    this.#pending = ''
    if (text === '') return
    for (const { client, isBehind } of this.#attached.values()) if (!isBehind) client.send(['stdout', text])
    this.#steer()
  }

  #isAnyAbove(backlog: number): boolean {
    return [...this.#attached.values()].some(({ client, isBehind }) => !isBehind && client.backlog > backlog)
  }

  #steer(): void {
    if (this.#waiting !== null) {
      if (!this.#isAnyAbove(LOW_BACKLOG)) this.#resume()
    } else if (this.#isAnyAbove(MOST_BACKLOG)) {
      this.#pty.pause()
      this.#waiting = setTimeout(() => this.#leaveBehind(), PATIENCE_MS)
    }
  }

  #leaveBehind(): void {
    for (const attached of this.#attached.values())
      if (attached.client.backlog > LOW_BACKLOG) attached.isBehind = true
    this.#resume()
  }

  #resume(): void {
    if (this.#waiting === null) return
    clearTimeout(this.#waiting)
    this.#waiting = null
    this.#pty.resume()
  }

  /** As with terminado, the smallest of the clients' sizes counts. */
  #fit(): void {
    const sizes = [...this.#attached.values()].flatMap(({ size }) => size ?? [])
    if (sizes.length === 0 || this.#isOver) return
    const rows = Math.min(...sizes.map((size) => size.rows))
    const columns = Math.min(...sizes.map((size) => size.columns))
    this.#pty.resize(columns, rows)
  }

  #end(code: number | null): void {
    if (this.#isOver) return
    this.#flush()
    this.#isOver = true
    this.#resume()
    for (const { client } of this.#attached.values()) {
      client.send(['disconnect', 1, code])
      client.end(1000, 'The terminal has ended.')
    }
    this.#attached.clear()
    // Programs that went on without their shell.
    inBackground(this.#killRest(), 'ending the programs of a terminal')
    this.#ended.resolve(code)
  }

  async #killRest(): Promise<void> {
    for (const pid of await this.#pids()) signal(pid, 'SIGHUP')
    if (!(await this.#areGone(GRACE_MS))) for (const pid of await this.#pids()) signal(pid, 'SIGKILL')
  }
}
