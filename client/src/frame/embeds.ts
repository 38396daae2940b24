/**
 * Pages that an output embeds (`IFrame`, `YouTubeVideo`, `VimeoVideo`): each is a card that names its address, until
 * the person asks for it. Invariant: nothing is fetched from a card.
 */
import type { FrameContext } from './context.ts'

/** Puts a card in the place of each embedded page with an address. Documents within the output itself stay. */
export function coverEmbeds(root: ParentNode, context: FrameContext): void {
  for (const frame of root.querySelectorAll<HTMLIFrameElement>('iframe[src]')) {
    if (frame.hasAttribute('srcdoc') || /^(?:data|blob|about):/i.test(frame.getAttribute('src') ?? ''))
      continue
    frame.replaceWith(cardFor(frame, context))
  }
}

function cardFor(frame: HTMLIFrameElement, { level, words }: FrameContext): HTMLElement {
  const card = document.createElement('div')
  card.className = 'embed'
  const size = (name: 'width' | 'height', fallback: string): string =>
    lengthOf(frame.getAttribute(name)) ?? fallback
  card.style.width = size('width', '100%')
  card.style.height = size('height', '150px')
  const address = addressOf(frame.getAttribute('src') ?? '')
  const said = card.appendChild(document.createElement('p'))
  said.textContent = address === null ? words.embedLocal : words.embed
  const link = card.appendChild(document.createElement(address === null ? 'code' : 'a'))
  link.textContent = address ?? frame.getAttribute('src')
  if (link instanceof HTMLAnchorElement) link.href = address ?? ''
  if (address !== null && level === 'online') card.append(showButton(card, frame, words.embedShow))
  return card
}

function showButton(card: HTMLElement, frame: HTMLIFrameElement, words: string): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = words
  button.addEventListener('click', ({ isTrusted }) => {
    if (isTrusted) card.replaceWith(frame)
  })
  return button
}

/** Null for what is relative: a file of the project, which no frame can reach. */
function addressOf(src: string): string | null {
  try {
    const { protocol, href } = new URL(src.startsWith('//') ? `https:${src}` : src)
    return protocol === 'https:' || protocol === 'http:' ? href : null
  } catch {
    return null
  }
}

/** An HTML length: pixels or a percentage. */
function lengthOf(value: string | null): string | null {
  if (value === null || !/^\d+(?:\.\d+)?(?:px|%)?$/.test(value)) return null
  return /\d$/.test(value) ? `${value}px` : value
}
