/**
 * A kernel that a Jupyter client started, without a notebook of this project. It ends with the server. What it runs is
 * not in the history: nothing there would say of which notebook it is.
 */
import { randomBytes } from 'node:crypto'
import type { JsonObject, Kernel } from '@yesterday/kernel-bridge'
import { Clients } from './clients.ts'
import { type HostedKernel, isComing } from './hosted-kernel.ts'
import { type Received, statusMessage } from './message.ts'
import { Relay } from './relay.ts'

/** RFC 6455: a normal end, after which no client comes back. */
export const ENDED = 1000

export class FreeKernel implements HostedKernel {
  readonly id: string
  readonly owner = 'client'
  readonly clients = new Clients()
  readonly #kernel: Kernel
  readonly #relay = new Relay(this.clients, () => isComing(this.state))
  readonly #runs = new Set<string>()

  constructor(id: string, kernel: Kernel) {
    this.id = id
    this.#kernel = kernel
    this.#relay.attach(kernel)
    kernel.on('status', (status) => {
      if (status === 'restarting') this.clients.toAll(statusMessage(status))
    })
    kernel.on('dead', () => this.clients.toAll(statusMessage('dead')))
    kernel.on('record', (record) => this.#forgetRecord(record))
  }

  get name(): string {
    return this.#kernel.spec.name
  }

  get state(): HostedKernel['state'] {
    return this.#kernel.status
  }

  get lastActivity(): Date {
    return this.#relay.lastActivity
  }

  receive(client: string, message: Received): void {
    const metadata = withRun(message)
    if (metadata.yesterday !== undefined) this.#runs.add(metadata.yesterday.run)
    this.#relay.pass(client, message, metadata)
  }

  async interrupt(): Promise<void> {
    if (this.state !== 'dead') await this.#kernel.interrupt()
  }

  async restart(): Promise<void> {
    await this.#kernel.restart().finally(() => this.#relay.release())
    for (const state of ['starting', 'idle']) this.clients.toAll(statusMessage(state))
  }

  async shutdown(): Promise<void> {
    await this.#kernel.shutdown()
    this.clients.end(ENDED, 'The kernel was shut down.')
  }

  /** What the agent spooled of it is kept for no one. */
  #forgetRecord(record: unknown): void {
    const run = typeof record === 'object' && record !== null && 'run' in record ? record.run : null
    if (typeof run === 'string' && this.#runs.delete(run)) this.#kernel.acknowledge(run)
  }
}

/** A client does not name runs of the history: the server names this one, and an agent's record goes by that name. */
export function withRun({
  header,
  metadata,
}: Received): JsonObject & { yesterday?: { run: string; cell: null } } {
  const { yesterday: _, ...rest } = metadata
  if (header.msg_type !== 'execute_request') return rest
  return { ...rest, yesterday: { run: randomBytes(10).toString('hex'), cell: null } }
}
