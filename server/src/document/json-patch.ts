/**
 * pure. Writes a changed value into JSON text. Invariant: whatever part of the value is equal to what the text says
 * keeps its spelling, byte for byte; new parts take the indentation of their neighbours.
 */
import { DEPTH_LIMIT, escapeJson, escapeKey, unescapeJson, unescapeKey } from '../../contract/json.ts'
import { type Container, type Entry, entryKey, joinJson, splitJson } from './json-text.ts'
import { isJsonObject, type Json, type JsonObject, sameJson } from './json-value.ts'

/** How new parts are laid out: the indentation of the line that holds them, and one step of it. */
export interface Layout {
  /** White space at the beginning of the value's line. */
  readonly margin: string
  /** One step of indentation; null writes everything on one line. */
  readonly step: string | null
}

/** The layout one level further in. */
export const inward = (layout: Layout): Layout => ({ ...layout, margin: layout.margin + (layout.step ?? '') })

/** A value as new text. Numbers that JSON cannot represent become null. */
export function spell(value: Json, layout: Layout): string {
  if (layout.step === null) return JSON.stringify(value)
  return JSON.stringify(value, null, layout.step).replaceAll('\n', `\n${layout.margin}`)
}

/** The text with its value made `value`, which is in the form of a document. `level`: containers around the value. */
export function patchJson(text: string, value: Json, layout: Layout, level = 0): string {
  if (sameJson(documentValue(text, level), value)) return text
  const container = level < DEPTH_LIMIT ? splitJson(text) : null
  if (container?.open === '{' && isJsonObject(value)) return patchObject(container, value, layout, level)
  if (container?.open === '[' && Array.isArray(value)) return patchArray(container, value, layout, level)
  return spell(unescapeJson(value), layout)
}

/** What the text says, in the form of a document; undefined where a document could not hold it. */
function documentValue(text: string, level: number): Json | undefined {
  try {
    return escapeJson(JSON.parse(text), level)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function patchObject(container: Container, value: JsonObject, layout: Layout, level: number): string {
  const texts = new Map<string, string | null>()
  for (const entry of container.entries) {
    const key = entryKey(entry)
    const member = memberOf(value, escapeKey(key))
    texts.set(key, member === undefined ? null : patchJson(entry.value, member, inward(layout), level + 1))
  }
  const present = new Set(container.entries.map((entry) => escapeKey(entryKey(entry))))
  for (const [key, member] of Object.entries(value)) {
    if (!present.has(key)) texts.set(unescapeKey(key), spell(unescapeJson(member), inward(layout)))
  }
  return replaceMembers(container, texts, layout)
}

const memberOf = (value: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined

/** The object with these members set to these texts, or taken out where the text is null; others stay as they are. */
export function replaceMembers(
  container: Container,
  texts: ReadonlyMap<string, string | null>,
  layout: Layout,
): string {
  const present = new Set(container.entries.map(entryKey))
  const retained = container.entries.flatMap((entry) => {
    const text = texts.get(entryKey(entry))
    if (text === null) return []
    return [text === undefined ? entry : { ...entry, value: text }]
  })
  const added = [...texts].flatMap(([key, text]) =>
    text === null || present.has(key) ? [] : [newEntry(container, JSON.stringify(key), text, layout)],
  )
  return rejoin(container, [...retained, ...added], layout)
}

function patchArray(container: Container, values: readonly Json[], layout: Layout, level: number): string {
  const old = container.entries.map((entry) => documentValue(entry.value, level + 1))
  const head = commonStart(old, values)
  const tail = commonStart(old.slice(head).reverse(), values.slice(head).reverse())
  const middle = values.slice(head, values.length - tail).map((value, index) => {
    const former = index < old.length - head - tail ? container.entries[head + index] : undefined
    if (former === undefined)
      return newEntry(container, '', spell(unescapeJson(value), inward(layout)), layout)
    return { ...former, value: patchJson(former.value, value, inward(layout), level + 1) }
  })
  const entries = container.entries
  return rejoin(
    container,
    [...entries.slice(0, head), ...middle, ...entries.slice(entries.length - tail)],
    layout,
  )
}

function commonStart(a: readonly (Json | undefined)[], b: readonly (Json | undefined)[]): number {
  let length = 0
  while (length < a.length && length < b.length && sameJson(a[length], b[length])) length++
  return length
}

/** A new entry, laid out like the first one there is. */
export function newEntry(container: Container, key: string, value: string, layout: Layout): Entry {
  const model = container.entries[0]
  const lead = model?.lead ?? (layout.step === null ? '' : `\n${inward(layout).margin}`)
  const colon = container.open === '[' ? '' : (model?.colon ?? (layout.step === null ? ':' : ': '))
  return { lead, key, colon, value, trail: '' }
}

/** Joins entries, the white space before the closing bracket staying where it was. */
export function rejoin(container: Container, entries: readonly Entry[], layout: Layout): string {
  const end = container.entries.at(-1)?.trail ?? (layout.step === null ? '' : `\n${layout.margin}`)
  const last = entries.length - 1
  const laid = entries.map((entry, index) => {
    if (index === last) return { ...entry, trail: end }
    return entry.trail === end ? { ...entry, trail: '' } : entry
  })
  return joinJson({ open: container.open, entries: laid, hollow: '' })
}
