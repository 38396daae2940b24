/** One request, performed on the database inside the caller's transaction. Refusals throw `StoreError`. */
import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { chainEntry } from './chain/chain-writer.ts'
import { replaceEntry } from './chain/replace-entry.ts'
import { StoreError } from './errors.ts'
import { replaceInIndex } from './index-replace.ts'
import type { IndexWriter } from './index-writer.ts'
import type { LogEntry } from './log-entry.ts'
import { prepared } from './prepared.ts'
import { integer } from './row.ts'
import type { Blob, WriteRequest } from './write-request.ts'

type Request<T extends WriteRequest['type']> = Extract<WriteRequest, { type: T }>

/** Performs a request; the number it returns is the answer's value. */
export function write(db: DatabaseSync, index: IndexWriter, request: WriteRequest): number {
  switch (request.type) {
    case 'append':
      for (const blob of request.blobs) putBlob(db, blob)
      return append(db, index, request.entries)
    case 'redact':
      return redact(db, index, request)
    case 'putHead':
      prepared(db, 'INSERT INTO heads VALUES (?, ?) ON CONFLICT DO NOTHING').run(request.seq, request.body)
      return 0
    case 'putBlob':
      return putBlob(db, request)
    case 'removeBlobs':
      return removeBlobs(db, request)
    case 'createDocument':
      return createDocument(db, request)
    case 'appendUpdates':
      return appendUpdates(db, documentNumber(db, request.documentId), request.updates)
    case 'replaceUpdates':
      return replaceUpdates(db, request)
    case 'moveDocuments':
      return moveDocuments(db, request)
    case 'removeDocument':
      prepared(db, 'DELETE FROM documents WHERE document = ?').run(request.documentId)
      return 0
    case 'rebuild':
      return index.rebuild()
    case 'scrub':
    case 'writeAgain':
    case 'close':
      return 0
  }
}

function putBlob(db: DatabaseSync, { digest, bytes }: Blob): number {
  prepared(db, 'INSERT INTO blobs VALUES (?, ?) ON CONFLICT DO NOTHING').run(digest, bytes)
  return 0
}

function removeBlobs(db: DatabaseSync, { digests }: Request<'removeBlobs'>): number {
  const list = JSON.stringify(digests)
  prepared(db, 'DELETE FROM blobs WHERE digest IN (SELECT value FROM json_each(?))').run(list)
  return 0
}

function append(db: DatabaseSync, index: IndexWriter, entries: readonly LogEntry[]): number {
  const insert = prepared(db, 'INSERT INTO log (at, type, body) VALUES (?, ?, ?)')
  for (const entry of entries) {
    const body = JSON.stringify(entry)
    const seq = Number(insert.run(entry.at, entry.type, body).lastInsertRowid)
    chainEntry(db, seq, body)
    index.apply(seq, entry)
  }
  return entries.length
}

/** The index follows each entry where it can do so in place, else it is rebuilt once. */
function redact(db: DatabaseSync, index: IndexWriter, request: Request<'redact'>): number {
  for (const replacement of request.replacements) replaceEntry(db, replacement)
  // The end of a run before its beginning, which reads the end from the log and would hide that its names changed.
  const latestFirst = request.replacements.toSorted((a, b) => b.seq - a.seq)
  const isFollowed = latestFirst.every(({ seq, entry }) => replaceInIndex(db, index, seq, entry))
  append(db, index, [request.record])
  if (!isFollowed) index.rebuild()
  return removeBlobs(db, { type: 'removeBlobs', digests: request.objects })
}

function documentNumber(db: DatabaseSync, documentId: string): number {
  const row = prepared(db, 'SELECT number FROM documents WHERE document = ?').get(documentId)
  if (row === undefined) throw new StoreError('no-document', `there is no document ${documentId}`)
  return integer(row, 'number')
}

function createDocument(db: DatabaseSync, request: Request<'createDocument'>): number {
  const taken = prepared(db, 'SELECT document FROM documents WHERE document = ? OR path = ?').get(
    request.documentId,
    request.path,
  )
  if (taken !== undefined) {
    throw new StoreError('conflict', `document ${request.documentId} or one at "${request.path}" exists`)
  }
  const { lastInsertRowid } = prepared(
    db,
    'INSERT INTO documents (document, epoch, path) VALUES (?, ?, ?)',
  ).run(request.documentId, request.epoch, request.path)
  return appendUpdates(db, Number(lastInsertRowid), [request.seed])
}

function appendUpdates(db: DatabaseSync, document: number, updates: readonly Uint8Array[]): number {
  const insert = prepared(db, 'INSERT INTO updates (document, bytes, sum) VALUES (?, ?, ?)')
  for (const update of updates) insert.run(document, update, crc32(update))
  return updates.length
}

/** The one update takes the place of the last of those that it replaces, so that none has to be renumbered. */
function replaceUpdates(db: DatabaseSync, request: Request<'replaceUpdates'>): number {
  const document = documentNumber(db, request.documentId)
  const { changes } = prepared(
    db,
    'UPDATE updates SET bytes = ?, sum = ? WHERE document = ? AND seq = ?',
  ).run(request.update, crc32(request.update), document, request.lastSeq)
  if (changes === 0) {
    throw new StoreError('conflict', `document ${request.documentId} has no update ${request.lastSeq}`)
  }
  prepared(db, 'DELETE FROM updates WHERE document = ? AND seq < ?').run(document, request.lastSeq)
  return 0
}

function moveDocuments(db: DatabaseSync, { from, to }: Request<'moveDocuments'>): number {
  const moved = "path = :from OR substr(path, 1, length(:from) + 1) = :from || '/'"
  try {
    prepared(db, `UPDATE documents SET path = :to || substr(path, length(:from) + 1) WHERE ${moved}`).run({
      from,
      to,
    })
    return 0
  } catch (thrown) {
    throw new StoreError('conflict', `there is already a document at "${to}" or below it`, thrown)
  }
}
