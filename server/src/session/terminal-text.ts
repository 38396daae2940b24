/**
 * pure. A stream's text as a terminal would show it: carriage return, backspace, cursor movement and erasing redraw
 * in place, so that progress bars stay one line. Each write says what changed, as one edit of the text.
 * Invariant: applying the edits in order gives `text`; plain output is appended unchanged and costs its own length.
 */
import { columnsOf, eraseInLine, overwrite } from './terminal-line.ts'

/** Replace `remove` UTF-16 units at `at` by `insert`. */
export interface TextEdit {
  readonly at: number
  readonly remove: number
  readonly insert: string
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about
const MOVES = /[\r\b\x07\x1b]/
const TOKEN = new RegExp(
  [
    String.raw`(?<control>[\n\r\b\x07])`,
    String.raw`\x1b\[(?<parameters>[0-?]*)[ -/]*(?<final>[A-HJKhl])`,
    String.raw`(?<text>(?:[^\n\r\b\x07\x1b]|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]|\x1b)+?)(?=[\n\r\b\x07]|\x1b\[[0-?]*[ -/]*[A-HJKhl]|$)`,
  ].join('|'),
  'gsu',
)
/** A sequence, or a surrogate pair, that has begun at the end of a chunk and is not complete. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const UNFINISHED = /(?:\x1b(?:[ -/]*|\[[0-?]*[ -/]*|\][^\x07\x1b]{0,4096}\x1b?)|[\ud800-\udbff])$/

/** UTF-16 units that an escape sequence may have; longer ones are rare. */
const MOST_ESCAPE = 64

/** The screen of one stream. Mutable, deterministic, without effects. */
export class TerminalText {
  #lines: string[] = ['']
  #length = 0
  #row = 0
  #column = 0
  /** While the cursor is at the end of the text, nothing needs to be parsed. */
  #atEnd = true
  #unfinished = ''
  /** Escapes without a character yet, from the middle of a line. */
  #held = ''

  get text(): string {
    return this.#lines.join('\n')
  }

  /** UTF-16 units. */
  get length(): number {
    return this.#length
  }

  /** Writes a chunk; null when nothing visible changed. */
  write(chunk: string): TextEdit | null {
    const whole = this.#unfinished + chunk
    const unfinished = UNFINISHED.exec(whole)?.[0] ?? ''
    this.#unfinished = unfinished
    // Yjs holds well-formed text alone.
    const complete = (unfinished === '' ? whole : whole.slice(0, -unfinished.length)).toWellFormed()
    if (complete === '') return null
    return this.#atEnd && this.#held === '' && !MOVES.test(complete)
      ? this.#append(complete)
      : this.#interpret(complete)
  }

  /**
   * Takes lines from the start until at most `keep` units are left; returns them, '' when there are none. The last one is
   * cut where less than half of `keep` would be left.
   */
  takeHead(keep: number): string {
    const { count, size } = this.#linesBeyond(keep)
    const cut = this.#length - size > keep / 2 ? 0 : this.#cutIn(count - 1, keep - (this.#length - size))
    if (cut > 0) return this.#take(count - 1, cut)
    return count > 0 ? this.#take(count, 0) : this.#cutOnlyLine(keep)
  }

  /** How many whole lines leave at most `keep` units, and what they have. The cursor's line and the last one stay. */
  #linesBeyond(keep: number): { readonly count: number; readonly size: number } {
    let [count, size] = [0, 0]
    while (count < this.#row && count < this.#lines.length - 1 && this.#length - size > keep) {
      size += (this.#lines[count]?.length ?? 0) + 1
      count++
    }
    return { count, size }
  }

  /** The beginning of the only line, where that is far too long. */
  #cutOnlyLine(keep: number): string {
    if (!this.#atEnd || this.#lines.length > 1 || this.#length <= 2 * keep) return ''
    const cut = this.#cutIn(0, keep)
    return cut > 0 ? this.#take(0, cut) : ''
  }

  /** Where to cut a line so that about `keep` units of it are left; neither in a character nor in an escape sequence. */
  #cutIn(index: number, keep: number): number {
    const line = this.#lines[index] ?? ''
    const cut = line.length - keep
    const sequence = line.lastIndexOf('\x1b', cut)
    if (sequence >= 0 && cut - sequence < MOST_ESCAPE) return sequence
    return isHighSurrogate(line.charCodeAt(cut - 1)) ? cut - 1 : cut
  }

  /** Takes so many lines, and so much of the next. */
  #take(count: number, cut: number): string {
    const taken = this.#lines.splice(0, count)
    const line = this.#lines[0] ?? ''
    this.#lines[0] = line.slice(cut)
    const head = taken.map((one) => `${one}\n`).join('') + line.slice(0, cut)
    this.#row -= count
    this.#length -= head.length
    return head
  }

  #append(text: string): TextEdit {
    const at = this.#length
    const [first = '', ...rest] = text.split('\n')
    this.#lines[this.#lines.length - 1] += first
    for (const line of rest) this.#lines.push(line)
    this.#length += text.length
    this.#row = this.#lines.length - 1
    return { at, remove: 0, insert: text }
  }

  #interpret(text: string): TextEdit | null {
    if (this.#atEnd) this.#column = columnsOf(this.#line())
    const top = Math.max(0, this.#row - highestClimb(text))
    const before = this.#lines.slice(top).join('\n')
    const at = this.#length - before.length
    for (const token of text.matchAll(TOKEN)) this.#token(token)
    const after = this.#lines.slice(top).join('\n')
    this.#length += after.length - before.length
    this.#atEnd = this.#row === this.#lines.length - 1 && this.#column === columnsOf(this.#line())
    return difference(at, before, after)
  }

  #token({ groups }: RegExpMatchArray): void {
    if (groups?.text !== undefined) this.#print(groups.text)
    else if (groups?.control !== undefined) this.#control(groups.control)
    else if (groups?.final !== undefined) this.#sequence(groups.final, groups.parameters ?? '')
  }

  #print(text: string): void {
    const { line, column, held } = overwrite(this.#line(), this.#column, this.#held + text)
    this.#setLine(line)
    this.#column = column
    this.#held = held
  }

  #control(control: string): void {
    if (control === '\n') {
      this.#moveRow(1)
      this.#column = 0
    } else if (control === '\r') this.#column = 0
    else if (control === '\b') this.#column = Math.max(0, this.#column - 1)
  }

  #sequence(final: string, parameters: string): void {
    const parsed = Number.parseInt(parameters, 10)
    const count = Math.max(1, parsed || 1)
    if (final === 'A' || final === 'F') this.#moveRow(-count)
    else if (final === 'B' || final === 'E') this.#moveRow(count)
    else if (final === 'C') this.#column += Math.min(count, 10_000)
    else if (final === 'D') this.#column = Math.max(0, this.#column - count)
    else if (final === 'G') this.#column = Math.min(count, 10_000) - 1
    else if (final === 'H') this.#home()
    else if (final === 'K') this.#setLine(eraseInLine(this.#line(), this.#column, parsed || 0))
    else if (final === 'J') this.#eraseScreen(parsed || 0)
    if (final === 'E' || final === 'F') this.#column = 0
  }

  #home(): void {
    this.#row = 0
    this.#column = 0
  }

  #eraseScreen(mode: number): void {
    if (mode >= 2) {
      this.#lines = ['']
      this.#home()
      return
    }
    if (mode === 1) return
    this.#setLine(eraseInLine(this.#line(), this.#column, 0))
    this.#lines.length = this.#row + 1
  }

  #moveRow(by: number): void {
    this.#row = Math.max(0, this.#row + Math.min(by, 1_000))
    while (this.#lines.length <= this.#row) this.#lines.push('')
  }

  #line(): string {
    return this.#lines[this.#row] ?? ''
  }

  #setLine(line: string): void {
    this.#lines[this.#row] = line
  }
}

/** Upper bound of the lines above the cursor that the text can reach. */
function highestClimb(text: string): number {
  let climb = 0
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  for (const [, count, final] of text.matchAll(/\x1b\[([0-?]*)[ -/]*([AFHJ])/gu))
    climb +=
      final === 'H' || final === 'J'
        ? Number.POSITIVE_INFINITY
        : Math.max(1, Number.parseInt(count ?? '', 10) || 1)
  return climb
}

/** The smallest single replacement that turns `before` into `after`. */
function difference(at: number, before: string, after: string): TextEdit | null {
  if (before === after) return null
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  // A surrogate pair is not to be cut in two: an edit between its halves would not be text.
  if (head > 0 && isHighSurrogate(before.charCodeAt(head - 1))) head--
  if (tail > 0 && isLowSurrogate(before.charCodeAt(before.length - tail))) tail--
  return {
    at: at + head,
    remove: before.length - head - tail,
    insert: after.slice(head, after.length - tail),
  }
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
