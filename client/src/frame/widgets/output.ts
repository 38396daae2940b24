/**
 * `@jupyter-widgets/output`: a widget that shows outputs, as `Output()` and `interact` use it. The server collects them
 * (session/widgets); here they are drawn, with what draws them in a cell.
 */
import { DOMWidgetModel, DOMWidgetView } from '@jupyter-widgets/base'
import { frameContext } from '../context.ts'
import { drawOutput } from '../draw-output.ts'

export class OutputModel extends DOMWidgetModel {
  override defaults() {
    return {
      ...super.defaults(),
      _model_name: 'OutputModel',
      _view_name: 'OutputView',
      _model_module: '@jupyter-widgets/output',
      _view_module: '@jupyter-widgets/output',
      _model_module_version: '1.0.0',
      _view_module_version: '1.0.0',
      msg_id: '',
      outputs: [],
    }
  }
}

export class OutputView extends DOMWidgetView {
  #drawn: string[] = []
  #drawing: Promise<void> = Promise.resolve()

  override render(): void {
    this.el.classList.add('widget-output')
    this.listenTo(this.model, 'change:outputs', () => this.#draw())
    this.#draw()
  }

  #draw(): void {
    const outputs: unknown = this.model.get('outputs')
    const list = Array.isArray(outputs) ? outputs : []
    this.#drawing = this.#drawing
      .then(() => this.#drawAll(list))
      .catch((error: unknown) => console.error(error))
  }

  /** What did not change stays as it is: its code does not run again. */
  async #drawAll(outputs: readonly unknown[]): Promise<void> {
    const texts = outputs.map((output) => JSON.stringify(output))
    const same = texts.findIndex((text, at) => text !== this.#drawn[at])
    const from = same === -1 ? texts.length : same
    while (this.el.childElementCount > from) this.el.lastElementChild?.remove()
    this.#drawn = texts
    for (const output of outputs.slice(from)) {
      const place = this.el.appendChild(document.createElement('div'))
      await drawOutput(output, { ...frameContext(), element: place })
    }
  }
}
