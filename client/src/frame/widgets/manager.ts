/**
 * The widget models and views of one frame. Each frame has its own: models of the same widget in other frames and pages
 * follow the kernel, as this one does. Models are made when they are asked for, from the state that the server has.
 */
import type { DOMWidgetView, IClassicComm, WidgetModel } from '@jupyter-widgets/base'
import { put_buffers } from '@jupyter-widgets/base'
import { ManagerBase } from '@jupyter-widgets/base-manager'
import type { CommToFrame, WidgetState } from '../../frames/frame-protocol.ts'
import type { FrameComms } from '../comms.ts'
import { viewOf } from './base64.ts'
import { FrameComm } from './comm.ts'
import { loadModule, type ModuleScope, type WidgetClass } from './modules.ts'

export class FrameManager extends ManagerBase {
  readonly #frame: FrameComms
  readonly #scope: ModuleScope
  readonly #comms = new Map<string, FrameComm>()
  readonly #loading = new Map<string, Promise<void>>()

  constructor(comms: FrameComms, scope: ModuleScope) {
    super()
    this.#frame = comms
    this.#scope = scope
    comms.listen((message) => this.#receive(message))
  }

  /** The view of a model, ready to be put into the page. */
  async view(id: string): Promise<DOMWidgetView> {
    return this.create_view<DOMWidgetView>(await this.get_model(id))
  }

  override async get_model(id: string): Promise<WidgetModel> {
    if (!this.has_model(id)) await this.#load(id)
    return super.get_model(id)
  }

  protected override async loadClass(name: string, module: string, version: string): Promise<WidgetClass> {
    const loaded = (await loadModule(module, version, this.#scope))[name]
    if (loaded === undefined) throw new Error(`${module} has no ${name}`)
    return loaded
  }

  protected override async _create_comm(target: string, id?: string): Promise<IClassicComm> {
    const comm = this.#commOf(id ?? crypto.randomUUID(), target)
    return comm
  }

  protected override async _get_comm_info(): Promise<object> {
    return {}
  }

  #load(id: string): Promise<void> {
    const loading = this.#loading.get(id) ?? this.#loadNow(id)
    this.#loading.set(id, loading)
    return loading.finally(() => this.#loading.delete(id))
  }

  async #loadNow(id: string): Promise<void> {
    const { models } = await this.#frame.models([id])
    // Each is registered before any of them looks for the others.
    for (const model of models) if (!this.has_model(model.id)) this.#make(model)
  }

  #make({ id, state, buffers }: WidgetState): void {
    const whole: Parameters<typeof put_buffers>[0] = JSON.parse(JSON.stringify(state))
    put_buffers(
      whole,
      buffers.map(({ path }) => [...path]),
      buffers.map(({ data }) => viewOf(data)),
    )
    const options = {
      model_id: id,
      model_name: String(state._model_name),
      model_module: String(state._model_module),
      model_module_version: String(state._model_module_version),
      comm: this.#commOf(id, 'jupyter.widget'),
    }
    // A model that cannot be made becomes one that says why, where it is shown.
    this.new_model(options, whole).catch((error: unknown) => console.error(error))
  }

  #commOf(id: string, target: string): FrameComm {
    const comm = this.#comms.get(id) ?? new FrameComm(this.#frame, target, id)
    this.#comms.set(id, comm)
    return comm
  }

  #receive(message: CommToFrame): void {
    const id = message.content.comm_id
    if (typeof id === 'string') this.#comms.get(id)?.receive(message)
  }
}
