/** pure. What a sweep tries: values of parameters as people write them, the grid of them, and random draws. */

/** A parameter with the values to try, as Python source, or a range that values are drawn from. */
export type Parameter = { readonly name: string } & (
  | { readonly values: readonly string[] }
  | { readonly from: number; readonly to: number; readonly isLog: boolean }
)

/** Python source by parameter. */
export type Trial = Readonly<Record<string, string>>
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string }

/** Trials of one sweep. */
export const MOST_TRIALS = 1000
const NUMBER = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?'
const RANGE = new RegExp(`^(${NUMBER})\\.\\.(${NUMBER})(:log)?$`)

/** `lr=0.1,0.01`, `depth=2..6` (whole numbers), or, to draw from, `lr=0.001..0.1` and `lr=0.001..0.1:log`. */
export function parseParameter(text: string): Parsed<Parameter> {
  const [, name, said] = /^\s*([A-Za-z_]\w*)\s*=\s*(\S.*)$/.exec(text) ?? []
  if (name === undefined || said === undefined) return { ok: false, why: `"${text}" is no NAME=VALUES` }
  const range = RANGE.exec(said.trim())
  if (range !== null) return parseRange(name, range)
  const values = said.split(/,(?=(?:[^'"]|'[^']*'|"[^"]*")*$)/).map((value) => literalOf(value.trim()))
  const wrong = values.indexOf(null)
  if (wrong !== -1)
    return { ok: false, why: `value ${wrong + 1} of "${text}" is no number, word or quoted text` }
  return { ok: true, value: { name, values: [...new Set(values.filter((value) => value !== null))] } }
}

function parseRange(name: string, [, low = '', high = '', log]: RegExpExecArray): Parsed<Parameter> {
  const [from, to] = [Number(low), Number(high)]
  if (!(from < to)) return { ok: false, why: `${low}..${high} is no range: ${high} is not above ${low}` }
  const isWhole = Number.isInteger(from) && Number.isInteger(to) && !/[.e]/i.test(low + high)
  if (isWhole && log === undefined) {
    if (to - from >= MOST_TRIALS)
      return { ok: false, why: `${low}..${high} has more than ${MOST_TRIALS} values` }
    const values = Array.from({ length: to - from + 1 }, (_, step) => String(from + step))
    return { ok: true, value: { name, values } }
  }
  if (log !== undefined && from <= 0) return { ok: false, why: `${low}..${high}:log begins at 0 or below` }
  return { ok: true, value: { name, from, to, isLog: log !== undefined } }
}

/** Python source of a value; null if it is not a plain one. */
function literalOf(text: string): string | null {
  if (new RegExp(`^${NUMBER}$`).test(text)) return text
  // A range that is not whole, or beside other values.
  if (/^[+-]?\.?\d[\d.eE]*\.\./.test(text)) return null
  if (/^(?:True|False|None)$/.test(text)) return text
  if (/^true$/i.test(text)) return 'True'
  if (/^false$/i.test(text)) return 'False'
  if (/^'[^'"\\\n]*'$|^"[^'"\\\n]*"$/.test(text)) return JSON.stringify(text.slice(1, -1))
  return /^[\p{L}\w./:-]+$/u.test(text) ? JSON.stringify(text) : null
}

/** All combinations; the last parameter changes first. */
export function gridOf(parameters: readonly Parameter[]): Parsed<readonly Trial[]> {
  const count = parameters.reduce((product, one) => product * ('values' in one ? one.values.length : 1), 1)
  if (count > MOST_TRIALS)
    return {
      ok: false,
      why: `the grid has ${count} trials, more than ${MOST_TRIALS}: draw from it with --random N`,
    }
  let trials: readonly Trial[] = [{}]
  for (const one of parameters) {
    if (!('values' in one)) return { ok: false, why: `${one.name} is a range: draw from it with --random N` }
    trials = trials.flatMap((trial) => one.values.map((value) => ({ ...trial, [one.name]: value })))
  }
  return { ok: true, value: trials }
}

/** Draws trials that differ from each other; fewer than `count` where there are no more. */
export function drawnFrom(
  parameters: readonly Parameter[],
  count: number,
  random: () => number,
): readonly Trial[] {
  const found = new Map<string, Trial>()
  for (let tries = 0; found.size < count && tries < count * 50; tries++) {
    const trial = Object.fromEntries(parameters.map((one) => [one.name, drawn(one, random())]))
    found.set(JSON.stringify(trial), trial)
  }
  return [...found.values()]
}

function drawn(one: Parameter, at: number): string {
  if ('values' in one) return one.values[Math.floor(at * one.values.length)] ?? 'None'
  const { from, to, isLog } = one
  const value = isLog
    ? Math.exp(Math.log(from) + at * (Math.log(to) - Math.log(from)))
    : from + at * (to - from)
  return String(Number(value.toPrecision(6)))
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface SweptCell {
  readonly source: string
  /** As papermill has it: the cell with the tag `parameters`. */
  readonly isTagged: boolean
}

/**
 * The place of the cell after which the values are set: the tagged one, else the last that gives one of them a value.
 * `why` names those that no cell up to there gives a value: a mistyped name would change nothing.
 */
export function placeOfParameters(cells: readonly SweptCell[], names: readonly string[]): Parsed<number> {
  const gives = (source: string, name: string): boolean =>
    new RegExp(`^${name}\\s*(?::[^=\\n]+)?=(?!=)`, 'm').test(source)
  const tagged = cells.findIndex(({ isTagged }) => isTagged)
  const place =
    tagged !== -1 ? tagged : cells.findLastIndex(({ source }) => names.some((name) => gives(source, name)))
  const before = cells.slice(0, place + 1)
  const missing = names.filter((name) => !before.some(({ source }) => gives(source, name)))
  if (missing.length === 0) return { ok: true, value: place }
  const where = tagged === -1 ? 'no cell' : `no cell up to the one tagged \`parameters\``
  return { ok: false, why: `${where} gives ${missing.map((name) => `\`${name}\``).join(', ')} a value` }
}

/** The cell that sets the values of a trial. */
export const sourceOfTrial = (trial: Trial, number: number): string =>
  [
    `# Parameters of trial ${number}`,
    ...Object.entries(trial).map(([name, value]) => `${name} = ${value}`),
  ].join('\n')

/** The trials of these parameters: the whole grid, or so many that are drawn by the seed. */
export function trialsOf(
  parameters: readonly Parameter[],
  random: { readonly count: number; readonly seed: number } | null,
): Parsed<readonly Trial[]> {
  const names = parameters.map(({ name }) => name)
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined) return { ok: false, why: `\`${twice}\` is named twice` }
  if (random === null) return gridOf(parameters)
  return { ok: true, value: drawnFrom(parameters, random.count, randomFrom(random.seed)) }
}

const ASSIGNMENT = /^([A-Za-z_]\w*)(\s*(?::[^=\n]+)?=(?!=)\s*)(.*)$/

/**
 * The parameters that a notebook offers, with their present values: plain values that the tagged cell gives; without such a
 * cell, those of all cells. The last value of a name counts.
 */
export function offeredParameters(cells: readonly SweptCell[]): ReadonlyMap<string, string> {
  const tagged = cells.find(({ isTagged }) => isTagged)
  const found = new Map<string, string>()
  for (const { source } of tagged === undefined ? cells : [tagged])
    for (const line of source.split('\n')) {
      const [, name, , said] = ASSIGNMENT.exec(line) ?? []
      const value = said === undefined ? null : splitComment(said)
      if (name !== undefined && value !== null && literalOf(value.value) === value.value)
        found.set(name, value.value)
    }
  return found
}

export interface CellToEdit extends SweptCell {
  readonly id: string
}

/**
 * The cells with the values of a trial in place of their own: in each, the last line that gives a parameter its value.
 * Refused where a value goes on over lines, since only a line is replaced.
 */
export function withValues(
  cells: readonly CellToEdit[],
  trial: Trial,
): Parsed<readonly { readonly id: string; readonly source: string }[]> {
  const place = placeOfParameters(cells, Object.keys(trial))
  if (!place.ok) return place
  const sources = new Map<string, string>()
  for (const [name, value] of Object.entries(trial)) {
    const gives = new RegExp(`^${name}\\s*(?::[^=\\n]+)?=(?!=)`, 'm')
    const sourceOf = ({ id, source }: CellToEdit): string => sources.get(id) ?? source
    const cell = cells.slice(0, place.value + 1).findLast((one) => gives.test(sourceOf(one)))
    const changed = cell === undefined ? null : withValue(sourceOf(cell), name, value)
    if (cell === undefined || changed === null)
      return { ok: false, why: `the value of \`${name}\` goes on over several lines` }
    sources.set(cell.id, changed)
  }
  return { ok: true, value: [...sources].map(([id, source]) => ({ id, source })) }
}

function withValue(source: string, name: string, value: string): string | null {
  const lines = source.split('\n')
  const at = lines.findLastIndex((line) => ASSIGNMENT.exec(line)?.[1] === name)
  const [, , equals = '', said = ''] = ASSIGNMENT.exec(lines[at] ?? '') ?? []
  const parts = splitComment(said)
  if (at === -1 || parts === null) return null
  return lines.with(at, `${name}${equals}${value}${parts.comment}`).join('\n')
}

/** A value on one line and the comment after it, with its spaces; null where the value goes on, or other code follows. */
function splitComment(text: string): { readonly value: string; readonly comment: string } | null {
  if (/'''|"""/.test(text)) return null
  const open: string[] = []
  let quote: string | null = null
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at)
    if (quote !== null) {
      if (letter === '\\') at++
      else if (letter === quote) quote = null
    } else if (letter === '"' || letter === "'") quote = letter
    else if ('([{'.includes(letter)) open.push(letter)
    else if (')]}'.includes(letter)) open.pop()
    else if (letter === ';') return null
    else if (letter === '#') return open.length > 0 ? null : cutAt(text, at)
  }
  return quote !== null || open.length > 0 || text.trimEnd().endsWith('\\') ? null : cutAt(text, text.length)
}

function cutAt(text: string, at: number): { readonly value: string; readonly comment: string } {
  const value = text.slice(0, at).trimEnd()
  return { value, comment: text.slice(value.length) }
}
