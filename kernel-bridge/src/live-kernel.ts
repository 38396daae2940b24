/**
 * A kernel with one id and one list of listeners, across restarts. A life is one process.
 * Invariant: the end of a life is reported exactly once, by `dead`, or by `restarting` if a restart was requested.
 */
import { inBackground, type ReportFault } from './background.ts'
import type { Hearing } from './conversation.ts'
import { deathOf, type Ended } from './death.ts'
import { KernelDeadError } from './errors.ts'
import { Interrupts } from './interrupt.ts'
import {
  type Death,
  type ExecuteRequest,
  type Execution,
  type Kernel,
  type KernelAddress,
  type KernelEvents,
  type KernelHereProcess,
  type KernelObjects,
  type KernelStatus,
  LOCAL,
} from './kernel.ts'
import { clearConnection, removeFolder } from './kernel-folder.ts'
import { type Life, type Plan, type Setting, startLife } from './life.ts'
import { log } from './log.ts'
import type { JsonObject, Message } from './message.ts'
import { ENDED_WITHIN_MS, memoryKills, stderrTail, within } from './process.ts'
import { readRecord, writeRecord } from './process-record.ts'
import { forgetAsked, forgetRun, noteAsked, noteDeath } from './spool.ts'
import { spooledObjects } from './spool-objects.ts'

const GRACE_MS = 3_000

type Listeners = { [E in keyof KernelEvents]: Set<KernelEvents[E]> }

export class LiveKernel implements Kernel {
  readonly lacks = []
  readonly objects: KernelObjects
  readonly #plan: Plan
  readonly #setting: Setting
  readonly #listeners: Listeners = {
    message: new Set(),
    status: new Set(),
    dead: new Set(),
    record: new Set(),
    content: new Set(),
  }
  readonly #interrupts = new Interrupts()
  #life: Life
  #status: KernelStatus = 'idle'
  #death: Death | null = null
  #ending: 'shutdown' | 'restart' | null = null
  #detached = false
  #endReport: Promise<void> | null = null
  #change: Promise<void> = Promise.resolve()
  #memoryKillsBefore: number | null = null
  /** It ends with this process. */
  #owned: boolean
  /** Messages that came before the first listener; null if they are not kept. */
  #held: Message[] | null

  constructor(
    plan: Plan,
    setting: Setting,
    life: Life,
    options: { readonly hold?: boolean; readonly busy?: boolean; readonly owned?: boolean } = {},
  ) {
    this.objects = spooledObjects(plan.folder.spoolDir)
    this.#plan = plan
    this.#setting = setting
    this.#life = life
    this.#held = options.hold === true ? [] : null
    this.#status = options.busy === true ? 'busy' : 'idle'
    this.#owned = options.owned !== false
    this.#adopt(life)
  }

  get id(): string {
    return this.#plan.kernelId
  }

  get spec(): Plan['spec'] {
    return this.#plan.spec
  }

  get address(): KernelAddress {
    const { kernelId, spec } = this.#plan
    const startedAt = this.#life.startedAt.toISOString()
    return { provider: LOCAL, kernelId, specName: spec.name, startedAt, place: null }
  }

  get here(): KernelHereProcess {
    const { dir, connectionFile } = this.#plan.folder
    return { pid: this.#life.process.pid, connectionFile, folder: dir }
  }

  get status(): KernelStatus {
    return this.#status
  }

  get info(): JsonObject {
    return this.#life.info
  }

  get recording(): boolean {
    return this.#life.agentProblem === null
  }

  get agentProblem(): string | null {
    return this.#life.agentProblem
  }

  execute(request: ExecuteRequest): Execution {
    this.#requireAlive()
    this.#countMemoryKills()
    const { folder } = this.#plan
    const { runId } = request
    if (request.silent !== true) this.#noteAsked(request)
    const execution = this.#life.conversation.execute(request)
    log.debug({ run: runId, cell: request.cellId, kernel: this.id }, 'execute request sent')
    const forget = async () => {
      if ((await execution.done).status !== 'died') await forgetAsked(folder, runId)
    }
    // What stays is found again by a later server, which knows the run as recorded.
    inBackground(forget(), 'removing the note of a run', this.#report)
    return execution
  }

  /** A full disk stops no run; only, this one could not be salvaged. */
  #noteAsked({ runId, cellId }: ExecuteRequest): void {
    try {
      noteAsked(this.#plan.folder, runId, cellId)
    } catch (error) {
      this.#setting.onProblem({ kind: 'spool-broken', detail: `${runId}: ${String(error)}` })
    }
  }

  async request(...args: Parameters<Kernel['request']>): Promise<JsonObject> {
    this.#requireAlive()
    return this.#life.conversation.request(...args)
  }

  send(message: Parameters<Kernel['send']>[0]): string {
    this.#requireAlive()
    return this.#life.conversation.send(message)
  }

  async interrupt(): Promise<void> {
    this.#requireAlive()
    // A signal cannot be sent on Windows; a kernel there may still read the message.
    if (this.spec.interruptMode === 'message' || process.platform === 'win32') {
      await this.#life.conversation.ask('control', 'interrupt_request', {}, 5_000)
    } else await this.#interrupts.send(this.#life.process, this.#life.conversation, this.recording)
  }

  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#end('restart', GRACE_MS)
      this.#emitStatus('restarting')
      try {
        this.#life = await startLife(this.#plan, this.#setting)
        if (!this.#owned) this.#noteFree()
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        this.#markDead({
          exitCode: null,
          signal: null,
          likely: `it did not come back: ${why}`,
          stderrTail: '',
        })
        throw error
      }
      this.#death = null
      this.#ending = null
      this.#adopt(this.#life)
      this.#emitStatus('idle')
    })
  }

  shutdown({ graceMs = GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    return this.#inTurn(async () => {
      await this.#end('shutdown', graceMs)
      await removeFolder(this.#plan.folder)
    })
  }

  heartbeat(timeoutMs = 2_000): Promise<boolean> {
    return this.#life.conversation.heartbeat(timeoutMs)
  }

  /** Loads, beside its idle shell, what would make a first completion slow. */
  warm(): void {
    inBackground(this.#life.conversation.warm(), 'warming a kernel', this.#report)
  }

  outlive(): void {
    if (!this.#owned) return
    this.#owned = false
    this.#noteFree()
  }

  #noteFree(): void {
    const { identity } = this.#life.process
    writeRecord(this.#plan.folder, this.#setting.signer, { process: identity, owner: null })
  }

  pause(isPaused: boolean): void {
    this.#life.conversation.pause(isPaused)
  }

  /** Whether another program can find it: its record is in its folder. */
  get isFindable(): boolean {
    return readRecord(this.#plan.folder, this.#setting.signer) !== null
  }

  detach(): void {
    if (this.#death === null) this.#release()
    this.#detached = true
    this.#life.process.unwatch()
    this.#life.conversation.close()
  }

  /** If the note cannot be written, the kernel stays owned, and ends with this process. */
  #release(): void {
    try {
      this.outlive()
    } catch (error) {
      this.#setting.onProblem({ kind: 'record-failed', detail: `${this.id}: ${String(error)}` })
    }
  }

  acknowledge(runId: string): void {
    inBackground(forgetRun(this.#plan.folder, runId), `forgetting run ${runId}`, this.#report)
  }

  on<E extends keyof KernelEvents>(event: E, listener: KernelEvents[E]): () => void {
    const listeners: Set<KernelEvents[E]> = this.#listeners[event]
    listeners.add(listener)
    if (event === 'message') queueMicrotask(() => this.#handOverHeld())
    return () => listeners.delete(listener)
  }

  #adopt(life: Life): void {
    const hearing: Hearing = {
      message: (message) => this.#emitMessage(message),
      busy: (busy) => this.#emitStatus(busy ? 'busy' : 'idle'),
      record: (record) => this.#each('record', (listener) => listener(record)),
      content: (content) => this.#each('content', (listener) => listener(content)),
    }
    life.conversation.listen(hearing)
    this.#countMemoryKills()
    this.#endReport = null
    const untilEnd = async () => this.#reportEnd(life, await life.process.ended)
    inBackground(untilEnd(), 'the end of a kernel', this.#report)
  }

  #reportEnd(life: Life, ended: Ended): Promise<void> {
    if (this.#detached || life !== this.#life) return Promise.resolve()
    this.#endReport ??= this.#handleEnd(life, ended)
    return this.#endReport
  }

  async #handleEnd(life: Life, ended: Ended): Promise<void> {
    await life.conversation.drained()
    const kills = await memoryKills()
    const memoryKill =
      kills === null || this.#memoryKillsBefore === null ? null : kills > this.#memoryKillsBefore
    const tail = await stderrTail(this.#plan.folder.dir)
    const death = deathOf(ended, { asked: this.#ending, memoryKill, stderrTail: tail })
    await this.#noteDeath(death)
    life.conversation.died(death)
    this.#death = death
    if (this.#ending !== 'restart') this.#markDead(death)
  }

  /** A full disk does not keep a run from ending, but a later server does not know the cause. */
  async #noteDeath(death: Death): Promise<void> {
    try {
      await noteDeath(this.#plan.folder, death)
      await clearConnection(this.#plan.folder)
    } catch (error) {
      this.#setting.onProblem({ kind: 'death-not-noted', detail: `${this.id}: ${String(error)}` })
    }
  }

  /** Asks the process to end, waits, then kills its group; settles when the end was reported. */
  async #end(how: 'shutdown' | 'restart', graceMs: number): Promise<void> {
    if (this.#death !== null) return
    this.#ending = how
    const { conversation, process } = this.#life
    conversation.ask('control', 'shutdown_request', { restart: how === 'restart' }).catch(() => undefined)
    if (!(await within(process.ended, graceMs))) process.signal('SIGKILL')
    await within(process.ended, ENDED_WITHIN_MS)
    await this.#reportEnd(
      this.#life,
      await Promise.race([process.ended, { exitCode: null, signal: 'SIGKILL' }]),
    )
  }

  #markDead(death: Death): void {
    this.#death = death
    if (this.#status === 'dead') return
    this.#emitStatus('dead')
    this.#each('dead', (listener) => listener(death))
  }

  /** One change of life at a time. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#change.then(change)
    this.#change = turn.catch(() => undefined)
    return turn
  }

  #emitMessage(message: Message): void {
    if (this.#held !== null) this.#held.push(message)
    else this.#each('message', (listener) => listener(message))
  }

  #handOverHeld(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const message of held) this.#emitMessage(message)
  }

  #emitStatus(status: KernelStatus): void {
    if (this.#status === status) return
    this.#status = status
    this.#each('status', (listener) => listener(status))
  }

  #each<E extends keyof KernelEvents>(event: E, notify: (listener: KernelEvents[E]) => void): void {
    const listeners: Set<KernelEvents[E]> = this.#listeners[event]
    for (const listener of [...listeners]) {
      try {
        notify(listener)
      } catch (error) {
        this.#setting.onProblem({ kind: 'listener-failed', detail: `${event}: ${String(error)}` })
      }
    }
  }

  #countMemoryKills(): void {
    const count = async () => {
      this.#memoryKillsBefore = await memoryKills()
    }
    inBackground(count(), 'counting kills for memory', this.#report)
  }

  readonly #report: ReportFault = (what, error) => {
    this.#setting.onProblem({ kind: 'background-failed', detail: `${this.id}: ${what}: ${String(error)}` })
  }

  #requireAlive(): void {
    if (this.#death !== null) throw new KernelDeadError(this.#death)
  }
}
