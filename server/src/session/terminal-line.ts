/**
 * pure. One line of a terminal as glyphs: a character with the escape sequences before it, which take no room.
 * Invariant: writing over a line keeps what it does not cover.
 */

// Colours (CSI … m), hyperlinks and titles (OSC … BEL or ST), and any other short escape.
const ESCAPE = String.raw`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])`
const GLYPH = new RegExp(String.raw`(?:${ESCAPE})*[^\x1b]|(?:${ESCAPE})+$|\x1b`, 'gsu')

/** The line's glyphs; escapes at the end, with no character after them, come separately. */
function glyphsOf(line: string): { readonly glyphs: readonly string[]; readonly trailing: string } {
  const found = line.match(GLYPH) ?? []
  const last = found.at(-1)
  if (last?.startsWith('\x1b') && new RegExp(`^(?:${ESCAPE})+$`, 'su').test(last))
    return { glyphs: found.slice(0, -1), trailing: last }
  return { glyphs: found, trailing: '' }
}

/** How many columns the line takes. */
export function columnsOf(line: string): number {
  return line.includes('\x1b') ? glyphsOf(line).glyphs.length : [...line].length
}

export interface Overwritten {
  readonly line: string
  /** Behind the text. */
  readonly column: number
  /** Escapes that ended the text in the middle of the line: they hold for what is written next, wherever that is. */
  readonly held: string
}

/** The line after `text` was written over it from `column` on. */
export function overwrite(line: string, column: number, text: string): Overwritten {
  const old = glyphsOf(line)
  const written = glyphsOf(text)
  const end = column + written.glyphs.length
  const gap = ' '.repeat(Math.max(0, column - old.glyphs.length))
  const rest = old.glyphs.slice(end)
  const isBehind = column >= old.glyphs.length
  const before = old.glyphs.slice(0, column).join('') + (isBehind ? old.trailing : '') + gap
  // What ended the line's colours still ends them, unless the text covers all of them or ends them itself.
  const keepsEnd = rest.length > 0 || (!isBehind && column > 0 && written.trailing === '')
  const tail = keepsEnd ? rest.join('') + old.trailing : ''
  return {
    line: before + written.glyphs.join('') + written.trailing + tail,
    column: end,
    held: rest.length > 0 ? written.trailing : '',
  }
}

/** Erase in line (CSI K): 0 from the column to the end, 1 from the start to the column, 2 all of it. */
export function eraseInLine(line: string, column: number, mode: number): string {
  if (mode === 2) return ''
  const { glyphs, trailing } = glyphsOf(line)
  if (mode === 1)
    return ' '.repeat(Math.min(column + 1, glyphs.length)) + glyphs.slice(column + 1).join('') + trailing
  return column >= glyphs.length ? line : glyphs.slice(0, column).join('')
}
