/**
 * The kernel of a session, for Jupyter clients. Invariant: what a client runs goes through the run queue and
 * is recorded like a run of the page; the client sees the messages of its run under its own header.
 */
import { randomBytes } from 'node:crypto'
import { type JsonObject, messageIdOf } from '@yesterday/kernel-bridge'
import { inBackground } from '@yesterday/kernel-bridge/background'
import type * as Y from 'yjs'
import type { RunId } from '../../contract/ids.ts'
import type { Actor } from '../../contract/session.ts'
import type { RunEnded } from '../session/run-ended.ts'
import type { Session, SourceRun } from '../session/session.ts'
import { askedRun } from './client-code.ts'
import { Clients } from './clients.ts'
import { type HostedKernel, isComing } from './hosted-kernel.ts'
import { ownMessage, type Received, statusMessage } from './message.ts'
import { type Asked, Relay } from './relay.ts'

/** RFC 6455: a normal end, after which no client comes back. */
const ENDED = 1000

/** A session that is held for clients. */
export interface HeldSession {
  readonly session: Session
  /** The cells that runs are of. */
  readonly doc: Y.Doc
  /** Ends the hold; the session goes on. */
  leave(): void
}

export abstract class SessionKernel implements HostedKernel {
  readonly id: string
  abstract readonly owner: HostedKernel['owner']
  abstract readonly path: string
  readonly clients = new Clients()
  readonly #held: HeldSession
  readonly #onEnded: () => void
  readonly #relay = new Relay(this.clients, () => isComing(this.state))
  #state: HostedKernel['state'] | 'none' = 'none'
  readonly #onChanged = (): void => this.#look()
  readonly #onRecorded = (entry: RunEnded): void => this.#settle(entry)

  /** Leaves the session, and calls `onEnded`, when it has no kernel any more. */
  constructor(id: string, held: HeldSession, onEnded: () => void) {
    this.id = id
    this.#held = held
    this.#onEnded = onEnded
    const { session } = held
    session.events.on('changed', this.#onChanged)
    session.events.on('recorded', this.#onRecorded)
    this.#state = session.view().kernel.state
    this.#relay.attach(session.kernel)
  }

  get name(): string {
    return this.#session.view().kernel.spec ?? ''
  }

  get state(): HostedKernel['state'] {
    const { state } = this.#session.view().kernel
    return state === 'none' ? 'dead' : state
  }

  get lastActivity(): Date {
    return this.#relay.lastActivity
  }

  get #session(): Session {
    return this.#held.session
  }

  receive(client: string, message: Received, actor: Actor): void {
    const run = askedRun(message, this.#held.doc)
    if (run !== null) this.#run(client, message, run, actor)
    else if (!this.#answers(message)) this.#relay.pass(client, message, withRun(message))
  }

  async interrupt(): Promise<void> {
    if (this.#session.interrupt() === null) return
    // Nothing of the queue runs; code that the history does not keep may.
    if (this.state !== 'dead') await this.#session.kernel?.interrupt()
  }

  /** With another kernelspec where one is named. */
  async restart(actor: Actor, spec: string | null = null): Promise<void> {
    const refusal = await this.#session.restart(spec, [], actor)
    if (refusal !== null) throw new Error(refusal)
    await this.untilStarted()
  }

  /** Settles when the kernel answers; rejects with the reason if it does not. */
  async untilStarted(): Promise<void> {
    await this.#until(() => !isComing(this.#session.view().kernel.state))
    const { state, problem } = this.#session.view().kernel
    if (state === 'none' || state === 'dead') throw new Error(problem ?? 'The kernel did not start.')
  }

  async shutdown(actor: Actor): Promise<void> {
    this.#session.shutdown(actor)
    await this.#session.settled()
  }

  /** Leaves the session as it is. */
  leave(): void {
    this.#session.events.off('changed', this.#onChanged)
    this.#session.events.off('recorded', this.#onRecorded)
    this.#relay.attach(null)
    this.#held.leave()
  }

  #until(passes: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { events } = this.#session
    const look = (): void => {
      if (passes()) resolve()
    }
    events.on('changed', look)
    look()
    return promise.finally(() => events.off('changed', look))
  }

  #look(): void {
    const { kernel } = this.#session
    if (kernel !== this.#relay.kernel) this.#relay.attach(kernel)
    const before = this.#state
    this.#state = this.#session.view().kernel.state
    if (before === this.#state) return
    if (this.#state === 'none') {
      this.#end()
      return
    }
    this.#relay.release()
    for (const state of announced(before, this.#state)) this.clients.toAll(statusMessage(state))
  }

  #end(): void {
    this.clients.toAll(statusMessage('dead'))
    this.clients.end(ENDED, 'The kernel was shut down.')
    this.leave()
    this.#onEnded()
  }

  #run(client: string, message: Received, asked: SourceRun, actor: Actor): void {
    const { run, queued } = this.#session.runSource(asked, actor)
    const expected = this.#relay.expect(messageIdOf(run), client, message.header)
    const untilQueued = async () => {
      const refusal = await queued
      if (refusal !== null) this.#reply(expected, failed('NotRun', refusal))
    }
    inBackground(untilQueued(), 'queueing the code of a Jupyter client')
  }

  /** True for the answer to the prompt of a run. */
  #answers({ channel, header, content }: Received): boolean {
    const { prompt } = this.#session.view()
    if (channel !== 'stdin' || header.msg_type !== 'input_reply' || prompt === null) return false
    this.#session.input(prompt.run, typeof content.value === 'string' ? content.value : '')
    return true
  }

  /** A run that the kernel never answered: taken from the queue, or interrupted before its first line. */
  #settle(entry: RunEnded): void {
    const asked = this.#relay.asked(messageIdOf(entry.run satisfies RunId))
    if (asked === null || asked.hasReply || entry.outcome === 'died') return
    const { error } = entry
    this.#reply(asked, error === null ? { status: 'aborted' } : { status: 'error', ...error })
  }

  /** In the kernel's place: an aborted request is busy, replied to and idle. */
  #reply(asked: Asked, content: ReturnType<typeof failed> | { status: 'aborted' }): void {
    const { client, header, hasReply } = asked
    if (hasReply || header === null) return
    asked.hasReply = true
    this.clients.toAll(statusMessage('busy', header))
    if (content.status === 'error') {
      const { status: _, ...error } = content
      this.clients.toAll(ownMessage('iopub', 'error', error, header))
    }
    const reply = { execution_count: null, user_expressions: {}, payload: [], ...content }
    this.clients.toOne(client, ownMessage('shell', 'execute_reply', reply, header))
    this.clients.toAll(statusMessage('idle', header))
  }
}

const failed = (ename: string, evalue: string) => ({
  status: 'error' as const,
  ename,
  evalue,
  traceback: [evalue],
})

/** What a kernel does not say of itself: that it is restarted or dead, and that the new process is there. */
function announced(before: string, now: string): readonly string[] {
  if (now === 'restarting' || now === 'dead') return [now]
  return before === 'restarting' || before === 'starting' ? ['starting', 'idle'] : []
}

/** A client does not name runs of the history: the server names this one, and an agent's record goes by that name. */
function withRun({ header, metadata }: Received): JsonObject {
  const { yesterday: _, ...rest } = metadata
  if (header.msg_type !== 'execute_request') return rest
  return { ...rest, yesterday: { run: randomBytes(10).toString('hex'), cell: null } }
}
