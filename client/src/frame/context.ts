/** What renderers get. Made once, when the page connects. */
import type { FrameContent, FrameLevel, FrameWords } from '../frames/frame-protocol.ts'
import type { FrameComms } from './comms.ts'

export interface FrameContext {
  /** Where to draw. */
  readonly element: HTMLElement
  readonly level: FrameLevel
  readonly words: FrameWords
  readonly comms: FrameComms
  /** Draws something else inside of what a renderer draws. */
  readonly render: (content: FrameContent, element: HTMLElement) => Promise<void>
}

/** Draws into `context.element`; settles when it is drawn, rejects with what failed. */
export type FrameRenderer = (content: FrameContent, context: FrameContext) => void | Promise<void>

let current: FrameContext | null = null

export function setFrameContext(context: FrameContext): void {
  current = context
}

/** The frame's context, for code that a library calls. */
export function frameContext(): FrameContext {
  if (current === null) throw new Error('the page has not connected')
  return current
}
