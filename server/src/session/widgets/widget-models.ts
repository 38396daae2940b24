/**
 * pure. The state of a kernel's widgets, followed from its comm messages. Invariants: the state of a model is what the
 * kernel last said of it; memory is bounded, and the model that was opened first is dropped first.
 */
import type { Message } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { Json, JsonObject } from '../../../contract/json.ts'
import type { WidgetBuffer, WidgetModel } from '../../../contract/widgets.ts'

export const WIDGET_TARGET = 'jupyter.widget'
/** Followed models, and bytes of their states and buffers. */
const MOST_MODELS = 20_000
const MOST_BYTES = 128 * 1024 * 1024

type CommMessage = Pick<Message, 'header' | 'content' | 'buffers'>
type Path = WidgetBuffer['path']

const Path = z.array(z.union([z.string(), z.number()]))
const State = z.record(z.string(), z.json())
const Data = z.object({ state: State.default({}), buffer_paths: z.array(Path).default([]) })
const Open = z.object({ comm_id: z.string(), target_name: z.string(), data: Data })
const Update = z.object({
  comm_id: z.string(),
  data: Data.extend({ method: z.enum(['update', 'echo_update']) }),
})
const States = z.object({
  data: z.object({
    method: z.literal('update_states'),
    states: z.record(z.string(), z.object({ state: State })),
    buffer_paths: z.array(Path).default([]),
  }),
})
const Close = z.object({ comm_id: z.string() })

interface Model {
  readonly state: Map<string, Json>
  readonly buffers: Map<string, { readonly path: Path; readonly bytes: Uint8Array }>
  size: number
}

/** What changed in a model by one message. */
export interface ModelChange {
  readonly model: string
  readonly state: JsonObject
  /** False for a change that a client made and the kernel repeats. */
  readonly byKernel: boolean
}

export class WidgetModels {
  readonly #models = new Map<string, Model>()
  #bytes = 0

  /** Takes a comm message of the kernel; messages of other comms change nothing. */
  accept({ header, content, buffers }: CommMessage): readonly ModelChange[] {
    switch (header.msg_type) {
      case 'comm_open':
        return this.#open(content, buffers)
      case 'comm_msg':
        return this.#message(content, buffers)
      case 'comm_close':
        this.#close(Close.safeParse(content).data?.comm_id)
        return []
      default:
        return []
    }
  }

  has(id: string): boolean {
    return this.#models.has(id)
  }

  /** One member of a model's state. */
  get(id: string, key: string): Json | undefined {
    return this.#models.get(id)?.state.get(key)
  }

  /** Takes what the server or a client set. */
  update(id: string, state: JsonObject): void {
    this.#merge(id, state, [], [])
  }

  /** These models and all that they refer to, each once; unknown ones are left out. */
  closure(ids: readonly string[]): readonly WidgetModel[] {
    const found = new Map<string, WidgetModel>()
    const waiting = [...ids]
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const model = this.#models.get(id)
      if (model === undefined || found.has(id)) continue
      found.set(id, snapshotOf(id, model))
      for (const value of model.state.values()) collectReferences(value, waiting)
    }
    return [...found.values()]
  }

  clear(): void {
    this.#models.clear()
    this.#bytes = 0
  }

  #open(content: JsonObject, buffers: readonly Uint8Array[]): readonly ModelChange[] {
    const open = Open.safeParse(content).data
    if (open?.target_name !== WIDGET_TARGET) return []
    this.#close(open.comm_id)
    this.#models.set(open.comm_id, { state: new Map(), buffers: new Map(), size: 0 })
    this.#merge(open.comm_id, open.data.state, open.data.buffer_paths, buffers)
    this.#bound(open.comm_id)
    return [{ model: open.comm_id, state: open.data.state, byKernel: true }]
  }

  #message(content: JsonObject, buffers: readonly Uint8Array[]): readonly ModelChange[] {
    const update = Update.safeParse(content).data
    if (update === undefined) return this.#states(content, buffers)
    const { comm_id: model, data } = update
    if (!this.#models.has(model)) return []
    this.#merge(model, data.state, data.buffer_paths, buffers)
    this.#bound(model)
    return [{ model, state: data.state, byKernel: data.method === 'update' }]
  }

  /** The answer to a request of all states: https://github.com/jupyter-widgets/ipywidgets, `jupyter.widget.control`. */
  #states(content: JsonObject, buffers: readonly Uint8Array[]): readonly ModelChange[] {
    const data = States.safeParse(content).data?.data
    if (data === undefined) return []
    return Object.entries(data.states).map(([model, { state }]) => {
      const own = data.buffer_paths.flatMap(([id, ...path], at) => (id === model ? [{ path, at }] : []))
      if (!this.#models.has(model)) this.#models.set(model, { state: new Map(), buffers: new Map(), size: 0 })
      this.#merge(
        model,
        state,
        own.map(({ path }) => path),
        own.flatMap(({ at }) => buffers[at] ?? []),
      )
      this.#bound(model)
      return { model, state, byKernel: true }
    })
  }

  #merge(id: string, state: JsonObject, paths: readonly Path[], buffers: readonly Uint8Array[]): void {
    const model = this.#models.get(id)
    if (model === undefined) return
    for (const [key, value] of Object.entries(state)) {
      if (value !== undefined) model.state.set(key, value)
    }
    const keys = new Set([...Object.keys(state), ...paths.map(([first]) => String(first))])
    for (const [name, { path }] of model.buffers) {
      if (keys.has(String(path[0]))) model.buffers.delete(name)
    }
    for (const [at, path] of paths.entries()) {
      const bytes = buffers[at]
      if (bytes !== undefined) model.buffers.set(JSON.stringify(path), { path, bytes })
    }
    this.#bytes -= model.size
    model.size = sizeOf(model)
    this.#bytes += model.size
  }

  /** Drops the oldest models until all fits; the one that was just written stays. */
  #bound(written: string): void {
    for (const id of this.#models.keys()) {
      if (this.#models.size <= MOST_MODELS && this.#bytes <= MOST_BYTES) return
      if (id !== written) this.#close(id)
    }
  }

  #close(id: string | undefined): void {
    const model = id === undefined ? undefined : this.#models.get(id)
    if (id === undefined || model === undefined) return
    this.#bytes -= model.size
    this.#models.delete(id)
  }
}

function snapshotOf(id: string, { state, buffers }: Model): WidgetModel {
  return {
    id,
    state: Object.fromEntries(state),
    buffers: [...buffers.values()].map(({ path, bytes }) => ({
      path,
      data: Buffer.from(bytes).toString('base64'),
    })),
  }
}

const REFERENCE = 'IPY_MODEL_'

function collectReferences(value: Json, found: string[]): void {
  if (typeof value === 'string') {
    if (value.startsWith(REFERENCE)) found.push(value.slice(REFERENCE.length))
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) if (member !== undefined) collectReferences(member, found)
  }
}

function sizeOf({ state, buffers }: Model): number {
  let bytes = 0
  for (const [key, value] of state) bytes += key.length + JSON.stringify(value).length
  for (const { bytes: buffer } of buffers.values()) bytes += buffer.length
  return bytes
}
