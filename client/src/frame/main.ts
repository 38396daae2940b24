/**
 * An output frame: draws what the page sends and reports its height. The frame has an opaque origin, so nothing of the
 * page or the person can be reached from here. Only the first `connect` of the embedding page is accepted.
 */
import type { Connect, FrameContent, FrameTheme, FromFrame, ToFrame } from '../frames/frame-protocol.ts'
import { redirectBundled } from './bundled.ts'
import { PageComms } from './comms.ts'
import { type FrameContext, setFrameContext } from './context.ts'
import { watchHeight } from './height.ts'
import { watchLinks } from './links.ts'
import { rendererOf } from './renderers.ts'
import { watchViolations } from './violations.ts'

let isConnected = false

addEventListener('message', (event: MessageEvent<Connect>) => {
  if (event.source !== parent || isConnected || event.data?.type !== 'connect') return
  const [port] = event.ports
  if (port === undefined) return
  isConnected = true
  connect(port, event.data)
})

function connect(port: MessagePort, { theme, level, words }: Connect): void {
  const send = (message: FromFrame): void => port.postMessage(message)
  applyTheme(theme)
  redirectBundled()
  const element = document.createElement('div')
  element.id = 'output'
  document.body.append(element)
  const measure = watchHeight(element, (height) => send({ type: 'height', height }))
  watchLinks((href) => send({ type: 'link', href }))
  watchViolations((hosts) => send({ type: 'blocked', hosts }))
  const comms = new PageComms(send)
  const context: FrameContext = {
    element,
    level,
    words,
    comms,
    render: async (content, place) => rendererOf(content.mime)(content, { ...context, element: place }),
  }
  setFrameContext(context)
  const draw = drawLatest(context, measure)
  port.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    switch (data.type) {
      case 'theme':
        return applyTheme(data.theme)
      case 'draw':
        return draw(data)
      case 'widgets':
        return comms.answered(data.request, data.states)
      case 'comm':
        return comms.received(data)
      case 'commHandled':
        return comms.handled(data.ack)
    }
  }
}

function applyTheme({ scheme, variables }: FrameTheme): void {
  document.documentElement.style.colorScheme = scheme
  document.documentElement.dataset.theme = scheme
  for (const [name, value] of Object.entries(variables))
    document.documentElement.style.setProperty(name, value)
}

/** Draws one content at a time. What comes while one is drawn waits, and only the last of it is drawn. */
function drawLatest(context: FrameContext, done: () => void): (content: FrameContent) => void {
  const { element } = context
  let waiting: FrameContent | null = null
  let isDrawing = false
  let drawn = ''
  const drawAll = async (): Promise<void> => {
    isDrawing = true
    while (waiting !== null) {
      const content: FrameContent = waiting
      waiting = null
      // A drawing library changes what it drew itself; anything else begins from nothing.
      if (drawn !== content.mime) element.replaceChildren()
      drawn = content.mime
      try {
        await context.render(content, element)
      } catch (error) {
        drawn = ''
        showFailure(context, error)
      }
      done()
    }
    isDrawing = false
  }
  return (content) => {
    waiting = content
    if (!isDrawing) void drawAll()
  }
}

function showFailure({ element, words }: FrameContext, error: unknown): void {
  const box = document.createElement('pre')
  box.className = 'failed'
  box.textContent = `${words.failed}: ${error instanceof Error ? error.message : String(error)}`
  element.replaceChildren(box)
}
