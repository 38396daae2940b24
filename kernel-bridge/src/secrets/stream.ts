/**
 * A stream of text in pieces, masked as if it came whole: a secret that is cut in two is masked too.
 * Text is held back only while its end may be the beginning of a secret; a line's end never is one of a password.
 * Twin of the agent's `secret_stream.py`: a change here is a change there. `agent/tests/secrets.json` is tried on both.
 */
import { findNamed, runStart } from './finder.ts'
import { formats } from './formats.ts'
import type { Place } from './known.ts'
import { type Masker, withoutEscapes } from './masker.ts'

/** Characters of what was given out that are looked at again, with what follows them. */
const BEHIND = 256
const HELD = 4096
const HELD_BLOCK = 20 * 1024
/** So many characters of a known value are held back; fewer could begin any text. */
const AT_LEAST = 4
const TOKEN_CHAR = /[A-Za-z0-9_.~+/=:-]/
const MORE_TOKEN = /^[A-Za-z0-9_.~+/=-]*/
const BLOCK = '-----BEGIN'
const BLOCK_END = /-----END[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/

/** One stream of one run. `feed` gives out what is sure; `flush` the rest, once the stream is over. */
export class StreamMask {
  readonly #masker: Masker
  #behind = ''
  #held = ''
  #dropping: RegExp | null = null

  constructor(masker: Masker) {
    this.#masker = masker
  }

  get isHolding(): boolean {
    return this.#held !== ''
  }

  feed(text: string): string {
    const begin = this.#behind.length
    const window = this.#behind + this.#held + this.#dropped(text)
    const places = this.#masker.find(window)
    let end = Math.max(begin, openAt(window, this.#masker))
    for (const place of places) {
      const isCut = place.start < end && end <= place.end && (end < place.end || end === window.length)
      if (isCut) end = Math.max(begin, place.start)
    }
    return this.#giveOut(window, places, begin, end)
  }

  /** All that is held. */
  flush(): string {
    const [begin, window] = [this.#behind.length, this.#behind + this.#held]
    this.#behind = ''
    this.#held = ''
    this.#dropping = null
    return this.#masker.replaced(window, this.#masker.find(window), begin, window.length)
  }

  #giveOut(window: string, places: readonly Place[], begin: number, end: number): string {
    const masked = this.#masker.replaced(window, places, begin, end)
    this.#behind = window.slice(Math.max(0, end - BEHIND), end)
    this.#held = window.slice(end)
    const isBlock = this.#held.startsWith(BLOCK)
    if (this.#held.length <= (isBlock ? HELD_BLOCK : HELD)) return masked
    // Too long for any secret that ends: what goes on in the same way is part of it.
    this.#dropping = isBlock ? BLOCK_END : MORE_TOKEN
    const placeholder = this.#masker.placeholder(this.#held)
    this.#behind = ''
    this.#held = ''
    return masked + placeholder
  }

  /** The text without what still belongs to a secret that was given up on. */
  #dropped(text: string): string {
    if (this.#dropping === null) return text
    const match = this.#dropping.exec(text)
    const end = match === null ? text.length : match.index + match[0].length
    if (match === null || (end === text.length && this.#dropping === MORE_TOKEN)) return ''
    this.#dropping = null
    return text.slice(end)
  }
}

/** Where a secret may begin that does not end within the window; the window's length where none does. */
function openAt(window: string, masker: Masker): number {
  const { plain, places } = withoutEscapes(window)
  const found = Math.min(masker.known.begins(plain, AT_LEAST), tokenAt(plain), blockAt(plain), namedAt(plain))
  if (found >= plain.length) return window.length
  return places === null ? found : (places[found] ?? window.length)
}

/** The last word, where it begins as a key of some issuer does. */
function tokenAt(text: string): number {
  const start = runStart(text, text.length, HELD, TOKEN_CHAR)
  const last = text.slice(start)
  return formats.some(({ keys }) => keys.some((key) => last.includes(key))) ? start : text.length
}

/** A private key whose end has not come. */
function blockAt(text: string): number {
  const start = text.lastIndexOf(BLOCK)
  if (start < 0 || BLOCK_END.test(text.slice(start))) return text.length
  const [head = '', ...rest] = text.slice(start + BLOCK.length, start + 60).split('-----')
  return head.includes('PRIVATE KEY') || rest.length === 0 ? start : text.length
}

/** A value in quotes, behind a name such as `password`, whose closing quote has not come. */
function namedAt(text: string): number {
  const line = text.slice(Math.max(text.lastIndexOf('\n') + 1, text.length - 512))
  if (!/["']/.test(line)) return text.length
  const start = text.length - line.length
  const open = ['"', "'"].flatMap((quote) =>
    [...findNamed(line + quote, false)].filter(({ end }) => end === line.length),
  )
  return Math.min(text.length, ...open.map((one) => start + one.start))
}
