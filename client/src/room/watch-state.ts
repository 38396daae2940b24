/** What the server says of the document beside its cells (path, presence of its file), to be watched. */
import { stateOf } from '@yesterday/server/contract/document.ts'
import type * as Y from 'yjs'
import { type Observable, Watched } from '../state/observable.ts'

/** Ends with the document. */
export function watchState<T>(doc: Y.Doc, read: (doc: Y.Doc) => T): Observable<T> {
  const watched = new Watched(read(doc))
  stateOf(doc).observe(() => watched.set(read(doc)))
  return watched
}
