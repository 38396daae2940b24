/**
 * pure. JSON values as a document can hold them. A Y.Doc knows neither lone surrogates nor a key `__proto__`, and
 * carriage returns would part offsets in it from those in an editor, so what a file says is compared with what a
 * document says only after `asDocumentValue`.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** True for what JSON calls an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value as a document gives it back: well-formed strings, no `__proto__` keys, plain objects and numbers. */
export function asDocumentValue(value: unknown): Json {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(asDocumentValue)
  if (typeof value !== 'object' || value === null) return null
  return asDocumentObject(value)
}

/** `asDocumentValue` for what is known to be an object. */
export function asDocumentObject(value: object): JsonObject {
  const known = Object.entries(value).filter(([key, member]) => key !== '__proto__' && member !== undefined)
  return Object.fromEntries(known.map(([key, member]) => [key.toWellFormed(), asDocumentValue(member)]))
}

/** Equality of values; order of keys does not count, NaN equals itself, and -0 is 0. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) && Number.isNaN(b)
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((v, i) => sameJson(v, b[i]))
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  )
}

/** One spelling per value, for digests: keys in code unit order, no white space. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_, member: Json) =>
    isJsonObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  )
}
