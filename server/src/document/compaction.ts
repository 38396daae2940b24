/** A document's whole life as one update. Invariant: what comes out of it is compared with what went in. */
import { isDeepStrictEqual } from 'node:util'
import * as Y from 'yjs'
import { readForm } from './document-form.ts'

/** One update that makes the document. Throws when loading it does not give the same notebook. */
export function compacted(doc: Y.Doc): Uint8Array {
  const update = Y.encodeStateAsUpdate(doc)
  const copy = new Y.Doc()
  Y.applyUpdate(copy, update)
  const isSame =
    isDeepStrictEqual(readForm(copy), readForm(doc)) &&
    isDeepStrictEqual(
      Y.decodeStateVector(Y.encodeStateVector(copy)),
      Y.decodeStateVector(Y.encodeStateVector(doc)),
    )
  if (!isSame) throw new Error(`compaction of a document of ${update.length} bytes changed it`)
  return update
}
