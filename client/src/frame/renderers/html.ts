/** `text/html`: markup, its scripts in order, and a card in place of each embedded page. */
import type { FrameContent } from '../../frames/frame-protocol.ts'
import type { FrameContext } from '../context.ts'
import { coverEmbeds } from '../embeds.ts'
import { settleBokehBanner } from './bokeh.ts'

export async function draw({ value }: FrameContent, context: FrameContext): Promise<void> {
  const template = document.createElement('template')
  template.innerHTML = value
  coverEmbeds(template.content, context)
  context.element.replaceChildren(template.content)
  settleBokehBanner(context.element)
  if (context.level !== 'static') await runScripts(context.element)
}

/** Scripts set by innerHTML do not run; each is made again, in order, waiting for those with an address. */
async function runScripts(element: HTMLElement): Promise<void> {
  for (const old of element.querySelectorAll('script')) {
    const script = document.createElement('script')
    for (const { name, value } of old.attributes) script.setAttribute(name, value)
    script.async = false
    script.textContent = old.textContent
    const loaded = old.src === '' ? null : settled(script)
    old.replaceWith(script)
    await loaded
  }
}

const settled = (script: HTMLScriptElement): Promise<void> =>
  new Promise((done) => {
    script.onload = script.onerror = () => done()
  })
