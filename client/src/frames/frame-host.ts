/**
 * The page's end of an output frame (frame-protocol.ts). The frame has an opaque origin and no credentials; all that
 * passes is these messages, over a channel of its own. Invariant: the code of an output can say anything over this
 * channel, so nothing that comes is used before it is parsed and bounded.
 */
import { z } from 'zod'
import { t } from '../text/text.ts'
import type { FrameLink } from './bridge.ts'
import type { FrameContent, FrameLevel, FrameTheme, FrameWords, ToFrame } from './frame-protocol.ts'

/** The tallest a frame may ask to be, in CSS pixels; it scrolls inside beyond. */
export const TALLEST = 1600
const MOST_HOSTS = 20

const Members = z.record(z.string(), z.unknown())
const FromFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('height'), height: z.number().finite() }),
  z.object({ type: z.literal('link'), href: z.url({ protocol: /^https?$/ }).max(8192) }),
  z.object({ type: z.literal('blocked'), hosts: z.array(z.string().max(255)).max(MOST_HOSTS) }),
  z.object({
    type: z.literal('widgets'),
    request: z.number(),
    models: z.array(z.string().max(200)).max(1000),
  }),
  z.object({
    type: z.literal('comm'),
    msgType: z.enum(['comm_open', 'comm_msg', 'comm_close']),
    content: Members,
    metadata: Members,
    buffers: z.array(z.base64()),
    ack: z.string().max(64),
  }),
])

/** What the page does with what a frame says. */
export interface FrameEvents {
  readonly onHeight: (height: number) => void
  readonly onLink: (href: string) => void
  readonly onBlocked: (hosts: readonly string[]) => void
}

export interface FrameConnection {
  /** In place of what was drawn before. */
  readonly draw: (content: FrameContent) => void
  readonly end: () => void
}

/** Speaks to a loaded frame of this level. `linkWidgets` connects it to the kernel's widgets; null keeps it apart. */
export function connectFrame(
  frame: HTMLIFrameElement,
  level: FrameLevel,
  events: FrameEvents,
  linkWidgets: ((post: (message: ToFrame) => void) => FrameLink) | null = null,
): FrameConnection {
  const { port1, port2 } = new MessageChannel()
  // An opaque origin can only be addressed by `*`; the port goes to this one window.
  frame.contentWindow?.postMessage({ type: 'connect', level, theme: themeNow(), words: wordsNow() }, '*', [
    port2,
  ])
  const post = (message: ToFrame): void => port1.postMessage(message)
  const widgets = linkWidgets?.(post) ?? null
  port1.onmessage = (event: MessageEvent<unknown>) => receive(event.data, events, widgets)
  const watch = new MutationObserver(() => post({ type: 'theme', theme: themeNow() }))
  watch.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return {
    draw: (content) => post({ type: 'draw', ...content }),
    end: () => {
      watch.disconnect()
      widgets?.end()
      port1.close()
    },
  }
}

function receive(data: unknown, events: FrameEvents, widgets: FrameLink | null): void {
  const message = FromFrame.safeParse(data).data
  switch (message?.type) {
    case 'height':
      events.onHeight(Math.min(TALLEST, Math.max(0, Math.ceil(message.height))))
      break
    case 'link':
      events.onLink(message.href)
      break
    case 'blocked':
      events.onBlocked(message.hosts)
      break
    case 'widgets':
    case 'comm':
      widgets?.receive(message)
      break
  }
}

const TOKENS = [
  'surface',
  'surface-raised',
  'surface-sunken',
  'surface-hover',
  'text',
  'text-muted',
  'border',
  'border-strong',
  'accent',
  'accent-text',
  'accent-soft',
  'success',
  'warning',
  'danger',
  'past',
  'radius',
  'font-ui',
  'font-mono',
]

function themeNow(): FrameTheme {
  const style = getComputedStyle(document.documentElement)
  const variables = TOKENS.map((name) => [`--${name}`, style.getPropertyValue(`--${name}`).trim()])
  return {
    scheme: document.documentElement.dataset.theme ?? 'light',
    variables: Object.fromEntries(variables),
  }
}

const wordsNow = (): FrameWords => ({
  embed: t('outputs.embed'),
  embedLocal: t('outputs.embedLocal'),
  embedShow: t('outputs.embedShow'),
  failed: t('outputs.frameFailed'),
})
