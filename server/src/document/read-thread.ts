/**
 * The thread that reads one large notebook. It is given a `ReadTask` and answers with parts: the head, then cells
 * whenever it is asked for more, and in the end a new document that says the same.
 */
import { parentPort, workerData } from 'node:worker_threads'
import * as Y from 'yjs'
import { z } from 'zod'
import { secretsOf } from '../secrets/secrets.ts'
import type { CellForm } from './cell-form.ts'
import { digestOf } from './disk.ts'
import { defineRoots, seedDocument } from './document-form.ts'
import { type ReadNotebook, readNotebook } from './ipynb-read.ts'
import type { Entry } from './json-text.ts'
import type { NotebookFile } from './notebook-file.ts'
import type { Refusal } from './ports.ts'
import type { Seed } from './read-apart.ts'
import { splitUpdate } from './split-update.ts'

export interface ReadTask {
  readonly bytes: Uint8Array
  /** Those that are known; null if outputs are not to be masked. */
  readonly secrets: readonly string[] | null
}
const ReadTask = z.object({ bytes: z.instanceof(Uint8Array), secrets: z.array(z.string()).nullable() })

export type ReadPart =
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** The file without its cells. */
  | { readonly type: 'head'; readonly file: NotebookFile; readonly digest: string }
  | {
      readonly type: 'cells'
      readonly entries: readonly Entry[]
      readonly cells: readonly CellForm[]
      readonly large: readonly (readonly [string, Uint8Array])[]
    }
  | { readonly type: 'seed'; readonly seed: Seed | null }

/** What one part may hold: it is copied to the other thread in one turn. */
const MAX_CELLS = 500
const MAX_TEXT = 2 * 1024 * 1024

const port = parentPort
if (port === null) throw new TypeError('the reader is a thread')

function* partsOf({ bytes, secrets }: ReadTask): Generator<ReadPart> {
  const read = readNotebook(bytes, secrets && secretsOf(secrets).masker)
  if (!read.ok) {
    yield { type: 'refused', refusal: read.refusal }
    return
  }
  const { file } = read
  const head = { ...file, cells: { ...file.cells, entries: [] }, form: { ...file.form, cells: [] } }
  yield { type: 'head', file: head, digest: digestOf(bytes) }
  yield* cellParts(read)
  yield { type: 'seed', seed: seedOf(file) }
}

function* cellParts({ file, large }: ReadNotebook): Generator<ReadPart> {
  const { entries } = file.cells
  for (let from = 0; from < entries.length; ) {
    let to = from
    for (let text = 0; to < entries.length && to - from < MAX_CELLS && text < MAX_TEXT; to++)
      text += entries[to]?.value.length ?? 0
    yield {
      type: 'cells',
      entries: entries.slice(from, to),
      cells: file.form.cells.slice(from, to),
      large: [],
    }
    from = to
  }
  for (const value of large) yield { type: 'cells', entries: [], cells: [], large: [value] }
}

function seedOf({ form }: NotebookFile): Seed {
  const doc = new Y.Doc()
  defineRoots(doc)
  doc.transact(() => seedDocument(doc, form))
  const whole = Y.encodeStateAsUpdate(doc)
  return { whole, pieces: splitUpdate(whole) }
}

/** Buffers that are handed over instead of being copied. */
function buffersOf(part: ReadPart): ArrayBuffer[] {
  if (part.type !== 'cells') return []
  return part.large.flatMap(([, { buffer, byteLength }]) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  )
}

const parts = partsOf(ReadTask.parse(workerData))
function answer(): void {
  const { value, done } = parts.next()
  if (!done) port?.postMessage(value, buffersOf(value))
}
port.on('message', answer)
answer()
