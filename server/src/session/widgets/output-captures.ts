/**
 * pure. Which Output widget takes a kernel message instead of the cell. A widget names the request whose outputs it
 * takes in its `msg_id`; where several name the same, the last one takes them (`with` blocks nest).
 */
import type { Message } from '@yesterday/kernel-bridge'
import { isShown } from '../run-outputs.ts'
import { CapturedOutputs } from './captured-outputs.ts'
import type { ModelChange, WidgetModels } from './widget-models.ts'

export class OutputCaptures {
  readonly #models: WidgetModels
  /** By model: the request that it takes from now. */
  readonly #takes = new Map<string, string>()
  readonly #outputs = new Map<string, CapturedOutputs>()

  constructor(models: WidgetModels) {
    this.#models = models
  }

  /** Takes note of a change; answers the widget that takes nothing any more. */
  changed({ model, state, byKernel }: ModelChange): string | null {
    if (byKernel && 'outputs' in state) this.#outputs.delete(model)
    const request = state.msg_id
    if (typeof request !== 'string' || this.#models.get(model, '_model_name') !== 'OutputModel') return null
    const took = this.#takes.delete(model)
    if (request !== '') this.#takes.set(model, request)
    return took && request === '' ? model : null
  }

  /** Hands the message to the widget that takes it; answers that widget, null where the cell shows the message. */
  take(message: Pick<Message, 'header' | 'content' | 'parent'>): string | null {
    const { msg_type: type } = message.header
    if (this.#takes.size === 0 || !isShown(type) || type === 'execute_input') return null
    const model = [...this.#takes].findLast(([, request]) => request === message.parent.msg_id)?.[0]
    if (model === undefined || !this.#models.has(model)) return null
    this.#outputsOf(model).accept(message)
    return model
  }

  /** What a widget shows now. */
  outputs(model: string) {
    return this.#outputsOf(model).toJson()
  }

  clear(): void {
    this.#takes.clear()
    this.#outputs.clear()
  }

  #outputsOf(model: string): CapturedOutputs {
    const known = this.#outputs.get(model)
    if (known !== undefined) return known
    const made = new CapturedOutputs(this.#models.get(model, 'outputs'))
    this.#outputs.set(model, made)
    return made
  }
}
