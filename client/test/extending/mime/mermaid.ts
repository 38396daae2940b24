/** A renderer, as docs/extending/mime-type.md has it. */
import type { FrameRenderer } from '../../../src/frame/context.ts'

export const draw: FrameRenderer = ({ value }, { element }) => {
  element.textContent = `diagram of ${value}`
}
