/** pure. JSON values as a document holds them: comparison, and one spelling for digests. See `contract/json.ts`. */
import { isJsonObject, type Json, type JsonObject, normalJson } from '../../contract/json.ts'

export { isJsonObject, type Json, type JsonObject } from '../../contract/json.ts'

/** The value in the form of a document where it is an object; else empty. */
export function normalObject(value: unknown): JsonObject {
  const form = normalJson(value)
  return isJsonObject(form) ? form : {}
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
