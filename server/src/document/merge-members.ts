/** pure. Three versions of a JSON object merged member by member. Invariant: a member that both sides changed stays ours. */
import { isJsonObject, type Json, type JsonObject, sameJson } from './json-value.ts'

export interface MergedMembers {
  readonly merged: JsonObject
  /** Names of members that both sides changed, and not alike. */
  readonly contested: readonly string[]
}

export function mergeMembers(base: JsonObject, ours: JsonObject, theirs: JsonObject): MergedMembers {
  const merged: Record<string, Json> = { ...ours }
  const contested: string[] = []
  for (const name of new Set([...Object.keys(base), ...Object.keys(theirs)])) {
    const [before, own, other] = [base[name], ours[name], theirs[name]]
    if (sameJson(before, other) || sameJson(own, other)) continue
    const next = sameJson(before, own) ? { value: other } : mergedMember(name, before, own, other)
    if (next === null) contested.push(name)
    else if (next.value === undefined) delete merged[name]
    else merged[name] = next.value
  }
  return { merged, contested }
}

/** A member that both sides changed; null if it cannot be merged. */
function mergedMember(
  name: string,
  before: Json | undefined,
  own: Json | undefined,
  other: Json | undefined,
): { readonly value: Json | undefined } | null {
  if (name === 'tags' && isTags(own) && isTags(other)) return { value: mergedTags(before, own, other) }
  if (!isJsonObject(own) || !isJsonObject(other)) return null
  const { merged, contested } = mergeMembers(isJsonObject(before) ? before : {}, own, other)
  return contested.length === 0 ? { value: merged } : null
}

const isTags = (value: Json | undefined): value is string[] =>
  Array.isArray(value) && value.every((tag) => typeof tag === 'string')

/** Tags are a set: those that either side added, without those that either side removed. */
function mergedTags(before: Json | undefined, own: readonly string[], other: readonly string[]): string[] {
  const former = isTags(before) ? before : []
  const kept = own.filter((tag) => other.includes(tag) || !former.includes(tag))
  return [...kept, ...other.filter((tag) => !former.includes(tag) && !own.includes(tag))]
}
