/** Documents as they are stored, with their outputs masked. What people typed in them stays, sealed. */
import type { Masker } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import { cellOutputs, cellsOf, isObjectReference, origin } from '../../contract/document.ts'
import { digestOf } from '../disk/digest.ts'
import { makeOutput, readForm } from '../document/document-form.ts'
import { isJsonObject, type Json, type JsonObject } from '../document/json-value.ts'
import { maskedOutput } from '../document/masked-output.ts'
import type { StoredDocument } from '../store/ports.ts'
import type { Replaced } from './objects.ts'

export function documentOf({ updates }: StoredDocument): Y.Doc {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

/** Digests of the objects that outputs of this document refer to. */
export const objectsOfDocument = (doc: Y.Doc): readonly string[] =>
  readForm(doc).cells.flatMap(({ outputs }) => (outputs ?? []).flatMap(referencesIn))

function referencesIn(value: Json): readonly string[] {
  if (isObjectReference(value)) return [value['yesterday.object'].digest]
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  return isJsonObject(value) ? Object.values(value).flatMap(referencesIn) : []
}

/** Masks the outputs in place. Returns how many changed. */
export function maskDocument(doc: Y.Doc, masker: Masker, replaced: Replaced): number {
  let count = 0
  const forms = readForm(doc).cells
  doc.transact(() => {
    for (const [index, cell] of cellsOf(doc).toArray().entries()) {
      const outputs = cellOutputs(cell)
      for (const [place, was] of (forms[index]?.outputs ?? []).entries()) {
        const is = withReplaced(maskedOutput(was, masker), replaced)
        if (outputs === null || JSON.stringify(is) === JSON.stringify(was)) continue
        outputs.delete(place)
        outputs.insert(place, [makeOutput(is)])
        count++
      }
    }
  }, origin.server)
  return count
}

function withReplaced(output: JsonObject, replaced: Replaced): JsonObject {
  return Object.fromEntries(
    Object.entries(output).map(([key, value]) => [key, replacedIn(value, replaced)] as const),
  )
}

function replacedIn(value: Json, replaced: Replaced): Json {
  if (isObjectReference(value)) {
    const reference = value['yesterday.object']
    const bytes = replaced.get(reference.digest)
    if (bytes == null) return value
    return { 'yesterday.object': { ...reference, digest: digestOf(bytes), size: bytes.length } }
  }
  if (Array.isArray(value)) return value.map((item: Json) => replacedIn(item, replaced))
  return isJsonObject(value) ? withReplaced(value, replaced) : value
}
