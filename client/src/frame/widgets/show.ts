/** Puts the view of a widget into the frame, with the style that widgets have. */
import '@lumino/widgets/style/index.css'
import '@jupyter-widgets/base/css/index.css'
import '@jupyter-widgets/controls/css/labvariables.css'
import '@jupyter-widgets/controls/css/widgets-base.css'
import '@fortawesome/fontawesome-free/css/fontawesome.css'
import '@fortawesome/fontawesome-free/css/solid.css'
import '@fortawesome/fontawesome-free/css/v4-shims.css'
import './widgets.css'
import { Widget } from '@lumino/widgets'
import type { FrameContext } from '../context.ts'
import { FrameManager } from './manager.ts'

let manager: FrameManager | null = null

/** Shows the view of the model with this id in `context.element`. */
export async function showWidget(id: string, { element, comms, level }: FrameContext): Promise<void> {
  manager ??= new FrameManager(comms, { level })
  const view = await manager.view(id)
  element.replaceChildren()
  element.classList.add('jupyter-widgets-place')
  Widget.attach(view.luminoWidget, element)
}
