/** `application/vnd.jupyter.widget-view+json`: the view of a widget that the kernel has. Loaded when one is drawn. */
import type { FrameContent } from '../../frames/frame-protocol.ts'
import type { FrameContext } from '../context.ts'

export async function draw({ value }: FrameContent, context: FrameContext): Promise<void> {
  const { showWidget } = await import('../widgets/show.ts')
  await showWidget(modelIdOf(value), context)
}

function modelIdOf(value: string): string {
  const view: unknown = JSON.parse(value)
  if (typeof view === 'object' && view !== null && 'model_id' in view && typeof view.model_id === 'string')
    return view.model_id
  throw new Error('the view names no model')
}
