/**
 * A kernel with one id and one list of listeners, across restarts. A life is one process.
 * Invariant: the end of a life is reported exactly once, by `dead`, or by `restarting` if a restart was requested.
 */
import { inBackground, type ReportFault } from './background.ts'
import type { Hearing } from './conversation.ts'
import type { Ended } from './death.ts'
import { KernelDeadError, type Problem } from './errors.ts'
import type {
  Death,
  ExecuteRequest,
  Execution,
  Kernel,
  KernelAbility,
  KernelAddress,
  KernelAllocation,
  KernelEvents,
  KernelHereProcess,
  KernelObjects,
  KernelSpec,
  KernelStatus,
} from './kernel.ts'
import type { KernelFolder } from './kernel-folder.ts'
import type { Life } from './life.ts'
import { log } from './log.ts'
import type { Json, JsonObject, Message } from './message.ts'
import { ENDED_WITHIN_MS, within } from './process.ts'
import { forgetAsked, noteAsked, noteDeath } from './spool.ts'

const GRACE_MS = 3_000

type Listeners = { [E in keyof KernelEvents]: Set<KernelEvents[E]> }

/** What a kernel needs of the provider that carries it. */
export interface KernelHost<L extends Life = Life> {
  readonly provider: string
  readonly kernelId: string
  readonly spec: KernelSpec
  /** Where runs are noted before they are sent. */
  readonly folder: KernelFolder
  readonly place: Json
  readonly lacks: readonly KernelAbility[]
  readonly objects: KernelObjects
  readonly onProblem: (problem: Problem) => void
  /** The job that it runs in. */
  readonly allocation?: {
    readonly shown: KernelAllocation
    onChange(listener: () => void): () => void
  }
  here(life: L): KernelHereProcess | null
  /** A new life after a restart. */
  start(): Promise<L>
  /** Before a run: looks at what a death is judged by. */
  prepare(): Promise<void>
  interrupt(life: L): Promise<void>
  /** Asks it to end; it is killed if it does not. */
  askToEnd(life: L, how: 'shutdown' | 'restart'): void
  /** Notes that the kernel outlives this program. Throws if it cannot. */
  release(life: L): void
  isFindable(): boolean
  deathOf(ended: Ended, asked: 'shutdown' | 'restart' | null): Promise<Death>
  /** Removes what belonged to the life. */
  lifeEnded(): Promise<void>
  /** The run's record is durable. */
  acknowledge(life: L, runId: string): Promise<void>
  /** Removes all that is kept of the kernel. */
  remove(): Promise<void>
}

export class LiveKernel<L extends Life = Life> implements Kernel {
  readonly #host: KernelHost<L>
  readonly #listeners: Listeners = {
    message: new Set(),
    status: new Set(),
    dead: new Set(),
    record: new Set(),
    content: new Set(),
    reach: new Set(),
    allocation: new Set(),
  }
  #life: L
  #status: KernelStatus = 'idle'
  #death: Death | null = null
  #ending: 'shutdown' | 'restart' | null = null
  #detached = false
  #endReport: Promise<void> | null = null
  #change: Promise<void> = Promise.resolve()
  /** It ends with this process. */
  #owned: boolean
  /** Messages that came before the first listener; null if they are not kept. */
  #held: Message[] | null

  constructor(
    host: KernelHost<L>,
    life: L,
    options: { readonly hold?: boolean; readonly busy?: boolean; readonly owned?: boolean } = {},
  ) {
    this.#host = host
    this.#life = life
    this.#held = options.hold === true ? [] : null
    this.#status = options.busy === true ? 'busy' : 'idle'
    this.#owned = options.owned !== false
    this.#adopt(life)
    const job = host.allocation
    const stop = job?.onChange(() => this.#each('allocation', (listener) => listener(job.shown)))
    if (stop !== undefined) this.on('dead', stop)
  }

  get allocation(): KernelAllocation | null {
    return this.#host.allocation?.shown ?? null
  }

  get id(): string {
    return this.#host.kernelId
  }

  get spec(): KernelSpec {
    return this.#host.spec
  }

  get address(): KernelAddress {
    const { provider, kernelId, spec, place } = this.#host
    return { provider, kernelId, specName: spec.name, startedAt: this.#life.startedAt.toISOString(), place }
  }

  get lacks(): readonly KernelAbility[] {
    return this.#host.lacks
  }

  get here(): KernelHereProcess | null {
    return this.#host.here(this.#life)
  }

  get objects(): KernelObjects {
    return this.#host.objects
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
    this.#prepare()
    const { folder } = this.#host
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
      noteAsked(this.#host.folder, runId, cellId)
    } catch (error) {
      this.#host.onProblem({ kind: 'spool-broken', detail: `${runId}: ${String(error)}` })
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
    await this.#host.interrupt(this.#life)
  }

  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#end('restart', GRACE_MS)
      this.#emitStatus('restarting')
      try {
        this.#life = await this.#host.start()
        if (!this.#owned) this.#host.release(this.#life)
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
      await this.#host.remove()
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
    this.#host.release(this.#life)
  }

  pause(isPaused: boolean): void {
    this.#life.conversation.pause(isPaused)
  }

  /** Whether another program can find it: its record is in its folder. */
  get isFindable(): boolean {
    return this.#host.isFindable()
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
      this.#host.onProblem({ kind: 'record-failed', detail: `${this.id}: ${String(error)}` })
    }
  }

  acknowledge(runId: string): void {
    inBackground(this.#host.acknowledge(this.#life, runId), `forgetting run ${runId}`, this.#report)
  }

  on<E extends keyof KernelEvents>(event: E, listener: KernelEvents[E]): () => void {
    const listeners: Set<KernelEvents[E]> = this.#listeners[event]
    listeners.add(listener)
    if (event === 'message') queueMicrotask(() => this.#handOverHeld())
    return () => listeners.delete(listener)
  }

  #adopt(life: L): void {
    const hearing: Hearing = {
      message: (message) => this.#emitMessage(message),
      busy: (busy) => this.#emitStatus(busy ? 'busy' : 'idle'),
      record: (record) => this.#each('record', (listener) => listener(record)),
      content: (content) => this.#each('content', (listener) => listener(content)),
    }
    life.conversation.listen(hearing)
    life.process.onReach?.((lostAt) => {
      if (life === this.#life) this.#each('reach', (listener) => listener(lostAt))
    })
    this.#prepare()
    this.#endReport = null
    const untilEnd = async () => this.#reportEnd(life, await life.process.ended)
    inBackground(untilEnd(), 'the end of a kernel', this.#report)
  }

  #reportEnd(life: L, ended: Ended): Promise<void> {
    if (this.#detached || life !== this.#life) return Promise.resolve()
    this.#endReport ??= this.#handleEnd(life, ended)
    return this.#endReport
  }

  async #handleEnd(life: L, ended: Ended): Promise<void> {
    await life.conversation.drained()
    const death = await this.#host.deathOf(ended, this.#ending)
    await this.#noteDeath(death)
    life.conversation.died(death)
    this.#death = death
    if (this.#ending !== 'restart') this.#markDead(death)
  }

  /** A full disk does not keep a run from ending, but a later server does not know the cause. */
  async #noteDeath(death: Death): Promise<void> {
    try {
      await noteDeath(this.#host.folder, death)
      await this.#host.lifeEnded()
    } catch (error) {
      this.#host.onProblem({ kind: 'death-not-noted', detail: `${this.id}: ${String(error)}` })
    }
  }

  /** Asks the process to end, waits, then kills its group; settles when the end was reported. */
  async #end(how: 'shutdown' | 'restart', graceMs: number): Promise<void> {
    if (this.#death !== null) return
    this.#ending = how
    const { process } = this.#life
    this.#host.askToEnd(this.#life, how)
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
        this.#host.onProblem({ kind: 'listener-failed', detail: `${event}: ${String(error)}` })
      }
    }
  }

  #prepare(): void {
    inBackground(this.#host.prepare(), 'looking at the machine before a run', this.#report)
  }

  readonly #report: ReportFault = (what, error) => {
    this.#host.onProblem({ kind: 'background-failed', detail: `${this.id}: ${what}: ${String(error)}` })
  }

  #requireAlive(): void {
    if (this.#death !== null) throw new KernelDeadError(this.#death)
  }
}
