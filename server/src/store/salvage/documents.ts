/**
 * Open documents of a damaged history. A document without losses keeps its updates as they are. One that lacks some is
 * kept as far as the updates that are there build on each other; without its beginning, the notebook's file is all.
 * Updates that were sealed elsewhere cannot be judged here: they are kept as they are.
 */
import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { isSealed, type Seal, UnsealError } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import { prepared } from '../prepared.ts'
import { bytes, integer, text } from '../row.ts'
import { placeOf } from '../sealed-updates.ts'

export interface SalvagedDocument {
  readonly path: string
  /** `some`: acknowledged edits are lost. `all`: nothing of the document could be used; the file is as it was saved. */
  readonly lost: 'nothing' | 'some' | 'all'
}

/** Moves what was found of each document into its place, inside the caller's transaction. */
export function salvageDocuments(
  db: DatabaseSync,
  damaged: ReadonlySet<number>,
  seal: Seal,
): readonly SalvagedDocument[] {
  return db
    .prepare('SELECT number, document, path FROM documents ORDER BY path')
    .all()
    .map((row) => {
      const [number, path] = [integer(row, 'number'), text(row, 'path')]
      const place = placeOf(text(row, 'document'))
      return { path, lost: salvageDocument(db, { number, place, seal, isDamaged: damaged.has(number) }) }
    })
}

interface Damaged {
  readonly number: number
  readonly place: string
  readonly seal: Seal
  readonly isDamaged: boolean
}

function salvageDocument(
  db: DatabaseSync,
  { number, place, seal, isDamaged }: Damaged,
): SalvagedDocument['lost'] {
  const rows = prepared(db, 'SELECT seq, bytes FROM found_updates WHERE document = ? ORDER BY seq').all(
    number,
  )
  const updates = rows.map((row) => bytes(row, 'bytes'))
  const opened = updates.map((update) => openOne(update, place, seal)).filter((update) => update !== null)
  const isElsewhere = updates.length > 0 && opened.length === 0
  const read = isElsewhere ? null : readUpdates(opened)
  if (isElsewhere || (read?.isWhole === true && opened.length === updates.length)) {
    keepAll(db, number)
    return isDamaged ? 'some' : 'nothing'
  }
  if (read === null) {
    prepared(db, 'DELETE FROM documents WHERE number = ?').run(number)
    return 'all'
  }
  const state = seal.seal(read.state, place)
  const seq = Math.max(...rows.map((row) => integer(row, 'seq')))
  prepared(db, 'INSERT INTO updates (seq, document, bytes, sum) VALUES (?, ?, ?, ?)').run(
    seq,
    number,
    state,
    crc32(state),
  )
  return 'some'
}

function keepAll(db: DatabaseSync, number: number): void {
  prepared(
    db,
    'INSERT INTO updates (seq, document, bytes, sum) SELECT seq, document, bytes, sum FROM found_updates WHERE document = ?',
  ).run(number)
}

/** Null for one that was sealed elsewhere. */
function openOne(update: Uint8Array, place: string, seal: Seal): Uint8Array | null {
  if (!isSealed(update)) return update
  try {
    return seal.open(update, place)
  } catch (error) {
    if (error instanceof UnsealError) return null
    throw error
  }
}

/** What these updates give; null where it is no notebook. */
function readUpdates(
  updates: readonly Uint8Array[],
): { readonly state: Uint8Array; readonly isWhole: boolean } | null {
  const doc = new Y.Doc()
  doc.getArray('cells')
  let isWhole = true
  for (const update of updates) {
    try {
      Y.applyUpdate(doc, update)
    } catch {
      isWhole = false
    }
  }
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) isWhole = false
  // What waits for lost updates would wait for ever.
  doc.store.pendingStructs = null
  doc.store.pendingDs = null
  const hasBeginning = Y.encodeStateVector(doc).length > 1
  const state = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return hasBeginning ? { state, isWhole } : null
}
