/**
 * pure. Terminal colours (ECMA-48 SGR: 16, 256 and 24-bit) as runs of styled text. Other escape sequences are taken
 * out; nothing is ever read as markup.
 */

/** A colour of the palette (0–15) or a CSS colour. */
export type AnsiColor = number | string

/** How a run of text looks. */
export interface AnsiStyle {
  readonly color: AnsiColor | null
  readonly background: AnsiColor | null
  readonly bold: boolean
  readonly faint: boolean
  readonly italic: boolean
  readonly underline: boolean
  readonly strike: boolean
  readonly inverse: boolean
}

/** Text of one style. */
export interface AnsiSpan {
  readonly text: string
  readonly style: AnsiStyle
}

/** Text without any style. */
export const plainStyle: AnsiStyle = {
  color: null,
  background: null,
  bold: false,
  faint: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
}

/** With its parameters and final byte where it is a control sequence. */
const ESCAPE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  /\x1b(?:\[([0-9;:]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-?]*[ -/]*[@-~]?|[ -/]+[0-~]?|[0-?@-Z\\^_`-~])/g

/** The runs of a text, in order; their texts together are the text without escapes. */
export function parseAnsi(text: string): readonly AnsiSpan[] {
  const spans: AnsiSpan[] = []
  let style = plainStyle
  let from = 0
  for (const match of text.matchAll(ESCAPE)) {
    if (match.index > from) spans.push({ text: text.slice(from, match.index), style })
    if (match[2] === 'm') style = select(style, numbers(match[1] ?? ''))
    from = match.index + match[0].length
  }
  if (from < text.length) spans.push({ text: text.slice(from), style })
  return spans
}

/** The text without escapes. */
export const withoutAnsi = (text: string): string => text.replace(ESCAPE, '')

/**
 * Parts of one parameter are joined by colons; a colour's may name a colour space (ISO 8613-6: `38:2:SPACE:R:G:B`), an
 * underline's is its form, 0 for none (`4:3` is a wave).
 */
const numbers = (parameters: string): readonly number[] =>
  parameters.split(';').flatMap((parameter) => {
    const parts = parameter.split(':').map(Number)
    const [code = 0, form] = parts
    if (COLOR_CODES.has(code)) return parts.length > 5 && form === 2 ? parts.toSpliced(2, 1) : parts
    return code === 4 && form === 0 ? 24 : code
  })

/** The colour of text, ground and underline follows. */
const COLOR_CODES: ReadonlySet<number> = new Set([38, 48, 58])

function select(style: AnsiStyle, codes: readonly number[]): AnsiStyle {
  let next = style
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0
    if (COLOR_CODES.has(code)) {
      const [color, taken] = extended(codes.slice(at + 1))
      if (code === 38) next = { ...next, color }
      else if (code === 48) next = { ...next, background: color }
      at += taken
    } else next = one(next, code)
  }
  return next
}

function one(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return plainStyle
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 }
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 }
  if (code >= 90 && code <= 97) return { ...style, color: code - 82 }
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 }
  return { ...style, ...SWITCHES[code] }
}

const SWITCHES: Readonly<Record<number, Partial<AnsiStyle>>> = {
  1: { bold: true },
  2: { faint: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, faint: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { color: null },
  49: { background: null },
}

/** The colour after 38 or 48, and how many codes it took. */
function extended(codes: readonly number[]): readonly [AnsiColor | null, number] {
  const [form, a = 0, b = 0, c = 0] = codes
  if (form === 2) return [`rgb(${[a, b, c].map(byte).join(' ')})`, 4]
  if (form === 5) return [indexed(byte(a)), 2]
  return [null, codes.length]
}

const byte = (value: number): number => Math.min(255, Math.max(0, Math.trunc(value) || 0))

function indexed(index: number): AnsiColor {
  if (index < 16) return index
  if (index >= 232) return gray(8 + (index - 232) * 10)
  const cube = index - 16
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40)
  return `rgb(${level(Math.trunc(cube / 36))} ${level(Math.trunc(cube / 6) % 6)} ${level(cube % 6)})`
}

const gray = (value: number): string => `rgb(${value} ${value} ${value})`
