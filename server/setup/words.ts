/**
 * Words of the private dialect, and what to write instead. `npm run check` looks for them in source, tests and docs, also
 * inside names (`tellPlace`) and across the lines of a comment. `word-counts.json` has how many each folder may still
 * have; the numbers only shrink.
 */
export interface Avoided {
  /** Separated by `|`; lower case. A space matches a line break and comment marks too. */
  readonly words: string
  readonly instead: string
}

export const avoided: readonly Avoided[] = [
  { words: 'tell|tells|told|telling', instead: 'report, return, notify, show, record' },
  { words: 'anew|once more', instead: 'again, re-create, rebuild' },
  { words: 'nobody|somebody|anybody', instead: 'no client, no one, a user, the caller' },
  { words: 'whoever|who asks|who asked', instead: 'the caller, the reader, a user' },
  { words: 'stands|stood|stand', instead: 'is, is defined, represents' },
  { words: 'company', instead: 'batching, is coalesced' },
  { words: 'another version', instead: 'differs, changed' },
  { words: 'let go|lets go|letting go', instead: 'evict, delete, release' },
  { words: 'taken up again|taken up|takes up|take up', instead: 'reattach, resume, accept' },
  { words: 'taken back|takes back|take back|took back', instead: 'cancel, revoke, undo' },
  { words: 'may not be here', instead: 'access was revoked' },
  { words: 'obey|obeys|obeyed', instead: 'respond to, follow' },
  { words: 'came about|come about|comes about', instead: 'lineage, was produced' },
  { words: 'any end', instead: 'any status' },
  { words: 'the house|a door', instead: 'the server, the document session, the entry point' },
  { words: 'lingering|lingers', instead: 'retained, remain' },
  { words: 'unheard|in vain', instead: 'unanswered, without effect' },
  { words: 'in silence', instead: 'silently' },
  { words: 'held against', instead: 'compared with' },
  { words: 'speaks of|speak of', instead: 'refers to, names' },
]
