/**
 * pure. JSON from kernels, files and browsers, as a document holds it. Yjs and plain objects fail on names such as
 * `constructor` and `__proto__`, recursion fails on deep nesting, and some names mean something to us. So the document
 * holds an escaped form:
 *
 * - A member named like a property of `Object.prototype`, or beginning with `yesterday.`, gets the prefix
 *   `yesterday.key:`.
 * - A container nested deeper than `DEPTH_LIMIT` is `{"yesterday.json": "<its JSON>"}`.
 *
 * Invariant: `unescapeJson(escapeJson(value))` is `value`, but for lone surrogates, which become U+FFFD. No escaped
 * value has a name that this program reads as its own, or that a plain object has already.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** Levels of nesting that every part of the program can follow by recursion. */
export const DEPTH_LIMIT = 200
/** Levels up to which a deeper value is kept as text. `JSON.stringify` of Node 24 fails at about 4,000. */
export const TEXT_DEPTH_LIMIT = 1000

const KEY = 'yesterday.key:'
const TEXT = 'yesterday.json'
const RESERVED = 'yesterday.'
const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/** True for what JSON calls an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The name under which the document holds a member. */
export function escapeKey(key: string): string {
  return inherited.has(key) || key.startsWith(RESERVED) ? KEY + key.toWellFormed() : key.toWellFormed()
}

/** The member's own name. */
export const unescapeKey = (key: string): string => (key.startsWith(KEY) ? key.slice(KEY.length) : key)

/**
 * The value as a document holds it. `level` is the number of containers around it. Throws `RangeError` where it is
 * nested deeper than `TEXT_DEPTH_LIMIT`.
 */
export function escapeJson(value: unknown, level = 0): Json {
  return convert(value, level, escapeKey)
}

/**
 * A value that a document holds, in the one form that `escapeJson` gives: browsers may write names unescaped. What is
 * nested deeper than `TEXT_DEPTH_LIMIT` becomes null; no browser of ours writes it.
 */
export function normalJson(value: unknown, level = 0): Json {
  return convert(value, level, normalKey)
}

const normalKey = (key: string): string => (inherited.has(key) ? KEY + key : key.toWellFormed())

function convert(value: unknown, level: number, name: typeof escapeKey): Json {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return null
  if (level >= DEPTH_LIMIT && !(name === normalKey && isTextForm(value))) {
    if (name === normalKey && isDeeperThan(TEXT_DEPTH_LIMIT, value)) return null
    return { [TEXT]: asText(value) }
  }
  if (Array.isArray(value)) return value.map((member) => convert(member, level + 1, name))
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [name(key), convert(member, level + 1, name)]))
}

function asText(value: object): string {
  if (isDeeperThan(TEXT_DEPTH_LIMIT, value))
    throw new RangeError(`JSON is nested deeper than ${TEXT_DEPTH_LIMIT} levels`)
  return JSON.stringify(value)
}

function isTextForm(value: object): value is { readonly [TEXT]: string } {
  return TEXT in value && typeof value[TEXT] === 'string' && Object.keys(value).length === 1
}

/** The value that was escaped. Text that is not JSON, as a browser may write it, stays as it is. */
export function unescapeJson(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(unescapeJson)
  if (isTextForm(value)) return parsed(value)
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [unescapeKey(key), unescapeJson(member)]),
  )
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

function parsed(form: { readonly [TEXT]: string }): Json {
  try {
    const value: Json = JSON.parse(form[TEXT])
    return isDeeperThan(TEXT_DEPTH_LIMIT, value) ? { ...form } : value
  } catch {
    return { ...form }
  }
}

/**
 * The value as JSON text, with U+FFFD for lone surrogates, as documents hold it. `JSON.stringify` alone writes them as
 * escapes, so that a value would differ by where it is stored.
 */
export function wellFormedText(value: Json): string {
  const text = JSON.stringify(value)
  return text.includes('\\ud') ? JSON.stringify(unescapeJson(escapeJson(value))) : text
}

/** True where more than `levels` containers are nested in the value, itself included. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const member of Object.values(value)) if (isDeeperThan(levels - 1, member)) return true
  return false
}

/** True where the JSON of the value has more than `units` UTF-16 units, roughly. For values that are not too deep. */
export function isLargerThan(units: number, value: unknown): boolean {
  return left(units, value) < 0
}

/** What is left of `units` after the value. */
function left(units: number, value: unknown): number {
  if (typeof value === 'string') return units - value.length - 2
  if (typeof value !== 'object' || value === null) return units - 4
  let rest = units - 2
  for (const [key, member] of Object.entries(value)) {
    rest = left(rest - (Array.isArray(value) ? 1 : key.length + 4), member)
    if (rest < 0) return rest
  }
  return rest
}
