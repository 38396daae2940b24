/** The example of docs/extending/kernel-providers.md: kernels that print their code, in this process. */
import { randomUUID } from 'node:crypto'
import {
  type ExecuteRequest,
  type Execution,
  type Kernel,
  type KernelAbility,
  type KernelAddress,
  type KernelEvents,
  type KernelSpec,
  type MakeProvider,
  messageIdOf,
} from '../../../src/index.ts'

const lacks: readonly KernelAbility[] = ['project-folder', 'sandbox', 'process', 'prewarm']
const where = { provider: 'echo', id: 'cave', title: 'The cave', problem: null }
const spec: KernelSpec = {
  ...{ name: 'echo@cave', displayName: 'Echo', language: 'text', argv: [], env: {}, resourceDir: null },
  ...{ interruptMode: 'message', metadata: {}, where },
}
const objects = { isLocal: false, read: async () => null, remove: async () => undefined }

export const echoProvider: MakeProvider = () => {
  const kernels = new Map<string, Echo>()
  return {
    id: 'echo',
    title: 'Echoes',
    lacks,
    places: async () => [where],
    specs: async () => [spec],
    serves: (specName) => specName.endsWith('@cave'),
    start: async () => {
      const kernel = new Echo()
      kernels.set(kernel.id, kernel)
      return kernel
    },
    prewarm: () => undefined,
    attach: async ({ kernelId }) => {
      const kernel = kernels.get(kernelId)
      return kernel === undefined ? null : { kernel, spooled: [], running: null }
    },
    salvage: async () => [],
    moveSpool: async () => [],
    objectsOf: async () => objects,
    forget: async ({ kernelId }) => void kernels.delete(kernelId),
    list: async () => [],
    ownership: async ({ kernelId }) => (kernels.has(kernelId) ? 'free' : 'unknown'),
    end: async ({ kernelId }) => kernels.delete(kernelId),
    endOrphans: async () => 0,
    close: async () => undefined,
  }
}

class Echo implements Kernel {
  readonly id = randomUUID()
  readonly spec = spec
  readonly lacks = lacks
  readonly here = null
  readonly objects = objects
  readonly status = 'idle'
  readonly info = {}
  readonly recording = false
  readonly agentProblem = 'an echo has no Python'
  readonly #listeners = new Set<KernelEvents['message']>()

  get address(): KernelAddress {
    const startedAt = '2026-01-01T00:00:00.000Z'
    return { provider: 'echo', kernelId: this.id, specName: spec.name, startedAt, place: { depth: 3 } }
  }

  execute({ runId, code }: ExecuteRequest): Execution {
    const msgId = messageIdOf(runId)
    const header = {
      msg_id: randomUUID(),
      msg_type: 'stream',
      session: '',
      username: '',
      date: '',
      version: '',
    }
    const message = { header, parent: { msg_id: msgId }, content: { name: 'stdout', text: code } }
    for (const listener of this.#listeners)
      listener({ channel: 'iopub', metadata: {}, buffers: [], ...message })
    return { msgId, done: Promise.resolve({ status: 'ok', executionCount: 1, payload: [] }) }
  }

  on<E extends keyof KernelEvents>(event: E, listener: KernelEvents[E]): () => void {
    const listeners: Set<unknown> = this.#listeners
    if (event === 'message') listeners.add(listener)
    return () => listeners.delete(listener)
  }

  request = async () => ({})
  send = () => randomUUID()
  interrupt = async () => undefined
  restart = async () => undefined
  shutdown = async () => undefined
  outlive = () => undefined
  heartbeat = async () => true
  pause = () => undefined
  detach = () => undefined
  acknowledge = () => undefined
}
