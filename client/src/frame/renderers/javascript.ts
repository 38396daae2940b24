/** `application/javascript`: runs once, with `element` as its place, as IPython's `Javascript` has it. */
import type { FrameContent } from '../../frames/frame-protocol.ts'
import type { FrameContext } from '../context.ts'

export function draw({ value }: FrameContent, { element, level }: FrameContext): void {
  if (level !== 'static') new Function('element', value)(element)
}
