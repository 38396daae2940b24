/**
 * The way past a running cell: a subshell, else control where the kernel reads such requests there, else none.
 * Invariant: one process gets at most one subshell from us.
 */
import type { JsonObject } from './message.ts'

/** Where a request goes. */
export interface Route {
  readonly channel: 'shell' | 'control'
  readonly subshellId?: string
}

const ON_CONTROL = new Set([
  'complete_request',
  'inspect_request',
  'history_request',
  'comm_info_request',
  'kernel_info_request',
  'is_complete_request',
])

export class Beside {
  readonly #info: JsonObject
  readonly #askControl: (msgType: string) => Promise<JsonObject>
  #subshell: Promise<string | null> | null = null

  /** `info`: the kernel's own word on what it can do. */
  constructor(info: JsonObject, askControl: (msgType: string) => Promise<JsonObject>) {
    this.#info = info
    this.#askControl = askControl
  }

  async route(channel: Route['channel'], msgType: string): Promise<Route> {
    if (channel === 'control') return { channel }
    const features = this.#info.supported_features
    if (Array.isArray(features) && features.includes('kernel subshells')) {
      this.#subshell ??= this.#findSubshell()
      const subshellId = await this.#subshell
      if (subshellId !== null) return { channel, subshellId }
    }
    const onControl = this.#info.implementation === 'ipython' && ON_CONTROL.has(msgType)
    return { channel: onControl ? 'control' : channel }
  }

  /** One that an earlier server made, or a new one; null where the kernel gives none, which is asked again next time. */
  async #findSubshell(): Promise<string | null> {
    try {
      const { subshell_id: listed } = await this.#askControl('list_subshell_request')
      const found: unknown = Array.isArray(listed) ? listed[0] : undefined
      if (typeof found === 'string') return found
      const { subshell_id: created } = await this.#askControl('create_subshell_request')
      return typeof created === 'string' ? created : null
    } catch (error) {
      this.#subshell = null
      if (error instanceof Error && error.name === 'RequestTimeoutError') return null
      throw error
    }
  }
}
