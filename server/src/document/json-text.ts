/**
 * pure. JSON as text whose parts keep their exact spelling. An object or array is split into entries that remember
 * the white space around them, so that a rewrite which touches one entry leaves every other byte as it was: key
 * order, escapes, `1.0`, `1e400`, integers past 2^53, duplicate keys.
 * Invariant: the text given here has already been accepted by JSON.parse; joining what was split gives it back.
 */

/** One element of an array, or one member of an object (`key` and `colon` are then not empty). */
export interface Entry {
  /** White space before the entry. */
  readonly lead: string
  /** The key as spelled, quotes included; empty in arrays. */
  readonly key: string
  /** The colon with the white space around it; empty in arrays. */
  readonly colon: string
  readonly value: string
  /** White space between the value and the comma or bracket after it. */
  readonly trail: string
}

/** An object or array, split one level deep. */
export interface Container {
  readonly open: '{' | '['
  readonly entries: readonly Entry[]
  /** White space inside an empty container. */
  readonly hollow: string
}

/** The container that `text` spells, or null when it spells a string, number or word. */
export function splitJson(text: string): Container | null {
  const start = skipSpace(text, 0)
  const open = text[start]
  if (open !== '{' && open !== '[') return null
  const entries: Entry[] = []
  const first = skipSpace(text, start + 1)
  if (isClose(text, first)) return { open, entries, hollow: text.slice(start + 1, first) }
  let at = start + 1
  while (true) {
    const { entry, end } = readEntry(text, at, open === '{')
    entries.push(entry)
    if (isClose(text, end)) return { open, entries, hollow: '' }
    at = end + 1
  }
}

/** The inverse of `splitJson`. */
export function joinJson(container: Container): string {
  const body = container.entries.map(entryText).join(',')
  return container.open + (body === '' ? container.hollow : body) + (container.open === '{' ? '}' : ']')
}

/** The value that a key's last occurrence spells, as JSON.parse would take it; undefined where the key is missing. */
export function memberText(container: Container, key: string): string | undefined {
  return container.entries.findLast((entry) => entryKey(entry) === key)?.value
}

/** The key that an entry spells. */
export function entryKey(entry: Entry): string {
  const plain = entry.key.slice(1, -1)
  return plain.includes('\\') ? String(JSON.parse(entry.key)) : plain
}

export const entryText = (entry: Entry): string =>
  entry.lead + entry.key + entry.colon + entry.value + entry.trail

function readEntry(text: string, from: number, isMember: boolean): { entry: Entry; end: number } {
  const start = skipSpace(text, from)
  const keyEnd = isMember ? stringEnd(text, start) : start
  const valueStart = isMember ? skipSpace(text, text.indexOf(':', keyEnd) + 1) : start
  const valueEnd = skipValue(text, valueStart)
  const end = skipSpace(text, valueEnd)
  const entry = {
    lead: text.slice(from, start),
    key: text.slice(start, keyEnd),
    colon: text.slice(keyEnd, valueStart),
    value: text.slice(valueStart, valueEnd),
    trail: text.slice(valueEnd, end),
  }
  return { entry, end }
}

function isClose(text: string, at: number): boolean {
  const sign = text[at]
  if (sign === undefined) throw new Error(`JSON text ends at ${at} inside a container`)
  return sign === '}' || sign === ']'
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

function skipValue(text: string, start: number): number {
  const sign = text[start]
  if (sign === '"') return stringEnd(text, start)
  if (sign === '{' || sign === '[') return containerEnd(text, start)
  let at = start
  while (at < text.length && !isSpace(text.charCodeAt(at)) && !',]}'.includes(text.charAt(at))) at++
  return at
}

const structural = /["[\]{}]/g

function containerEnd(text: string, start: number): number {
  let depth = 0
  let at = start
  while (true) {
    structural.lastIndex = at
    const found = structural.exec(text)
    if (found === null) throw new Error(`JSON text has no end for the container at ${start}`)
    if (found[0] === '"') {
      at = stringEnd(text, found.index)
      continue
    }
    depth += found[0] === '{' || found[0] === '[' ? 1 : -1
    at = found.index + 1
    if (depth === 0) return at
  }
}

/** The index after the string that opens at `start`. A quote is escaped when an odd number of backslashes precede it. */
function stringEnd(text: string, start: number): number {
  let at = start
  while (true) {
    at = text.indexOf('"', at + 1)
    if (at < 0) throw new Error(`JSON text has no end for the string at ${start}`)
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes++
    if (slashes % 2 === 0) return at + 1
  }
}
