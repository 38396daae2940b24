/** pure. An output of a file without its secrets: what another program saved is not taken in as it is. */
import type { Masker } from '@yesterday/kernel-bridge'
import { isBinaryMime, isJsonMime } from '../../contract/mime-rules.ts'
import { rawText } from './cell-form.ts'
import { isJsonObject, type Json, type JsonObject } from './json-value.ts'

/** The output may be nested as deep as a document's may. */
export function maskedOutput(output: JsonObject, masker: Masker): JsonObject {
  const members = Object.entries(output).map(([key, member]): [string, Json] => [
    key,
    maskedMember(output, key, member, masker),
  ])
  return Object.fromEntries(members)
}

function maskedMember(output: JsonObject, key: string, member: Json, masker: Masker): Json {
  if (key === 'text' && output.output_type === 'stream') return masker.mask(rawText(member))
  if (key !== 'data' || !isJsonObject(member)) return masker.maskTree(member)
  const forms = Object.entries(member).map(([mime, value]): [string, Json] => [
    mime,
    maskedForm(mime, value, masker),
  ])
  return Object.fromEntries(forms)
}

/** Lines are looked at together: a private key has many. */
function maskedForm(mime: string, value: Json, masker: Masker): Json {
  if (isBinaryMime(mime)) return value
  return Array.isArray(value) && !isJsonMime(mime) ? masker.mask(rawText(value)) : masker.maskTree(value)
}
