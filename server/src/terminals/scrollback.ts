/**
 * pure. What a terminal printed last, to be drawn again by a client that connects. Invariant: at most `limit` characters
 * are kept, and what is drawn again asks the client's terminal no question: its answer would be typed into the shell.
 */

/** Characters. */
export const SCROLLBACK = 512 * 1024
/** Shorter texts are joined. */
const JOINED = 8 * 1024

/** Private modes of DEC that change how all that follows is drawn: screen, cursor, mouse, paste. */
const ESCAPE = String.raw`\x1b`
const MODES = new RegExp(String.raw`${ESCAPE}\[\?([\d;]+)([hl])`, 'g')
const KEPT_MODES: ReadonlySet<string> = new Set(
  '1 6 7 9 25 47 66 1000 1002 1003 1004 1005 1006 1015 1047 1049 2004'.split(' '),
)
/** What a terminal answers, as xterm's control sequences name it (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). */
const QUESTION = [
  // Device attributes and status, version, modes, window sizes.
  String.raw`\x1b\[[?>=]?[\d;]*[cn]`,
  String.raw`\x1b\[>[\d;]*q`,
  String.raw`\x1b\[\??[\d;]*\$p`,
  String.raw`\x1b\[[\d;]*t`,
  // Colours, settings, capabilities.
  String.raw`\x1b\][\d;]*;\?(?:\x07|\x1b\\)`,
  String.raw`\x1bP[+$]q[^\x1b]*\x1b\\`,
  // DECID and ENQ.
  String.raw`\x1bZ|\x05`,
]
const QUESTIONS = new RegExp(QUESTION.join('|'), 'g')
/** Resets a terminal in full. */
export const RESET = '\x1bc'
const CUT = '[ earlier output is not kept ]\r\n'

export class Scrollback {
  readonly #limit: number
  #texts: string[] = []
  #length = 0
  #isCut = false
  /** Modes as they were set by what was dropped. */
  readonly #modes = new Map<string, 'h' | 'l'>()

  constructor(limit = SCROLLBACK) {
    this.#limit = limit
  }

  /** Characters kept. */
  get length(): number {
    return this.#length
  }

  add(text: string): void {
    const last = this.#texts.at(-1)
    if (last !== undefined && last.length + text.length <= JOINED)
      this.#texts[this.#texts.length - 1] = last + text
    else this.#texts.push(text)
    this.#length += text.length
    if (this.#length > this.#limit) this.#drop()
  }

  /** Draws the terminal as it is, on one that was not used yet or that is reset by it. */
  get drawing(): string {
    const modes = [...this.#modes].map(([mode, state]) => `\x1b[?${mode}${state}`).join('')
    const text = this.#texts.join('').replace(QUESTIONS, '')
    return `${RESET}${modes}${this.#isCut ? CUT : ''}${text}`
  }

  #drop(): void {
    let dropped = 0
    while (this.#length > this.#limit) {
      const first = this.#texts[dropped] ?? ''
      const over = this.#length - this.#limit
      if (first.length > over) {
        const rest = cutAfter(first, over)
        this.#texts[dropped] = rest
        this.#forget(first.slice(0, first.length - rest.length))
        break
      }
      this.#forget(first)
      dropped++
    }
    this.#texts = this.#texts.slice(dropped)
  }

  #forget(text: string): void {
    this.#isCut = true
    this.#length -= text.length
    for (const [, modes = '', state] of text.matchAll(MODES))
      for (const mode of modes.split(';'))
        if (KEPT_MODES.has(mode)) this.#modes.set(mode, state === 'h' ? 'h' : 'l')
  }
}

/** What lies after the first line end from `place` on, so that no sequence is cut; after `place` where there is none. */
function cutAfter(text: string, place: number): string {
  const end = text.indexOf('\n', place)
  return text.slice(end === -1 ? place : end + 1)
}
