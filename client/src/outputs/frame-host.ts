/**
 * The page's end of an output frame. The frame has an opaque origin and no credentials; all that passes is these
 * messages, over a channel of its own. Invariant: nothing that a frame says is used before it is parsed and bounded.
 */
import { z } from 'zod'

/** The tallest a frame may ask to be, in CSS pixels; it scrolls inside beyond. */
export const TALLEST = 1600

const FromFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('height'), height: z.number().finite() }),
  z.object({ type: z.literal('link'), href: z.url({ protocol: /^https?$/ }) }),
])

/** What the frame is to draw, by MIME type. */
export interface FrameContent {
  readonly mime: string
  readonly value: string
}

const TOKENS = [
  'surface',
  'surface-sunken',
  'text',
  'text-muted',
  'border',
  'accent',
  'danger',
  'font-ui',
  'font-mono',
]

/** Whether drawing it runs code of its own, which leaves its traces in the frame. */
export function runsCode({ mime, value }: FrameContent): boolean {
  return mime.endsWith('javascript') || (mime === 'text/html' && /<script/i.test(value))
}

export interface FrameConnection {
  /** In place of what was drawn before. */
  readonly draw: (content: FrameContent) => void
  readonly end: () => void
}

/** Speaks to a loaded frame. */
export function connectFrame(frame: HTMLIFrameElement, onHeight: (height: number) => void): FrameConnection {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = (event: MessageEvent<unknown>) => {
    const message = FromFrame.safeParse(event.data).data
    if (message?.type === 'height') onHeight(Math.min(TALLEST, Math.max(16, Math.ceil(message.height))))
    if (message?.type === 'link') window.open(message.href, '_blank', 'noopener,noreferrer')
  }
  // An opaque origin can only be addressed by `*`; the port goes to this one window.
  frame.contentWindow?.postMessage({ type: 'connect', theme: themeNow() }, '*', [port2])
  const watch = new MutationObserver(() => port1.postMessage({ type: 'theme', theme: themeNow() }))
  watch.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return {
    draw: (content) => port1.postMessage({ type: 'draw', ...content }),
    end: () => {
      watch.disconnect()
      port1.close()
    },
  }
}

function themeNow() {
  const style = getComputedStyle(document.documentElement)
  const variables = TOKENS.map((name) => [`--${name}`, style.getPropertyValue(`--${name}`).trim()])
  return {
    scheme: document.documentElement.dataset.theme ?? 'light',
    variables: Object.fromEntries(variables),
  }
}
