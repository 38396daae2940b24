/**
 * The notebook as a Y.Doc, by the public YNotebook schema 2.0.0: `cells`, `meta`, `state`. This file alone knows
 * the keys. Invariant: browsers write source, structure and metadata; the server alone writes outputs, execution
 * counts and execution state.
 */
import * as Y from 'yjs'
import { z } from 'zod'
import { Digest, RunId } from './ids.ts'

export type CellType = 'code' | 'markdown' | 'raw'

/** A cell of the document. `source` is a Y.Text; see the accessors below. */
export type YCell = Y.Map<unknown>
/** An output of a code cell; stream outputs hold `text` as a Y.Text, all else is plain JSON. */
export type YOutput = Y.Map<unknown>

/** Origins of transactions: who may change what is decided by them. */
export const origin = {
  /** The server writing outputs. */
  server: Symbol.for('yesterday.server'),
  /** The server writes the progress of runs: such updates may be coalesced. */
  progress: Symbol.for('yesterday.progress'),
  /** The server seeding a document or merging a change of the file. */
  file: Symbol.for('yesterday.file'),
} as const

export const cellsOf = (doc: Y.Doc): Y.Array<YCell> => doc.getArray<YCell>('cells')
export const metaOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('meta')
export const stateOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('state')

/** Notebook-level metadata; null where it is missing, as in a document that is not synchronized yet. */
export function metadataOf(doc: Y.Doc): Y.Map<unknown> | null {
  const metadata = metaOf(doc).get('metadata')
  return metadata instanceof Y.Map ? metadata : null
}

/** Notebook-level metadata to write, made where it is missing. For the server: elsewhere it would replace what is there. */
export function ensureMetadata(doc: Y.Doc): Y.Map<unknown> {
  const existing = metadataOf(doc)
  if (existing !== null) return existing
  const made = new Y.Map<unknown>()
  metaOf(doc).set('metadata', made)
  return made
}

export const cellId = (cell: YCell): string => String(cell.get('id') ?? '')
export function cellType(cell: YCell): CellType {
  const type = cell.get('cell_type')
  return type === 'markdown' || type === 'raw' ? type : 'code'
}

/** The cell's source; throws when the document breaks the schema, naming the cell. */
export function cellSource(cell: YCell): Y.Text {
  const source = cell.get('source')
  if (source instanceof Y.Text) return source
  throw new Error(`cell ${cellId(cell)}: "source" is not a Y.Text`)
}

/** Tags that nbclient and JupyterLab go by as they run a notebook. */
export const tag = {
  /** An error in it is expected: what comes after it runs. */
  raises: 'raises-exception',
  /** It is left out where a whole notebook is run without a person. */
  skipped: 'skip-execution',
} as const

/** Cells that mark a conflict of a merge: text cells with this tag. */
export const MARKER_TAG = 'merge-conflict'
/** The sources of marker cells: before ours, between the sides, behind theirs. */
export const MARKERS = {
  ours: '**`<<<<<<< ours`**',
  middle: '**`=======`**',
  theirs: '**`>>>>>>> theirs`**',
} as const

/** How many conflicts of merges a document has. */
export const countConflicts = (doc: Y.Doc): number =>
  cellsOf(doc)
    .toArray()
    .filter((cell) => hasTag(cell, MARKER_TAG) && cellSource(cell).toString() === MARKERS.ours).length

export function hasTag(cell: YCell, name: string): boolean {
  const tags = cellMetadata(cell)?.get('tags')
  return Array.isArray(tags) && tags.includes(name)
}

/** The cell's metadata as a Y.Map; null where the cell has none (a schema break that reads as empty). */
export function cellMetadata(cell: YCell): Y.Map<unknown> | null {
  const metadata = cell.get('metadata')
  return metadata instanceof Y.Map ? metadata : null
}

/** A code cell's outputs; null for other cells. */
export function cellOutputs(cell: YCell): Y.Array<YOutput> | null {
  const outputs = cell.get('outputs')
  return outputs instanceof Y.Array ? (outputs as Y.Array<YOutput>) : null
}

/** The id of an output, valid while the output is in its document; null if it is in none. */
export function outputId(output: YOutput): string | null {
  const id = output._item?.id
  return id === undefined ? null : `${id.client}.${id.clock}`
}

/** Numbers may arrive as floats or bigints; null means never run. */
export function executionCount(cell: YCell): number | null {
  const count = cell.get('execution_count')
  return typeof count === 'number' || typeof count === 'bigint' ? Math.trunc(Number(count)) : null
}

/** What the server says of a cell's run: `idle`, `queued` or `running`. */
export type ExecutionState = 'idle' | 'queued' | 'running'
export function executionState(cell: YCell): ExecutionState {
  const state = cell.get('execution_state')
  return state === 'running' || state === 'queued' ? state : 'idle'
}

/**
 * Where the notebook's file is, as the server knows: `deleted` where it is gone from the project, `replaced` where another
 * notebook is at its path, `conflicted` where it has git's conflict markers. The document stays open then, and is written
 * to no file.
 */
export type FilePresence = 'there' | 'deleted' | 'replaced' | 'conflicted'
export function filePresence(doc: Y.Doc): FilePresence {
  const state = stateOf(doc).get('file')
  return state === 'deleted' || state === 'replaced' || state === 'conflicted' ? state : 'there'
}

/** The project path of the notebook now; null before the server has said it. */
export function filePath(doc: Y.Doc): string | null {
  const path = stateOf(doc).get('path')
  return typeof path === 'string' ? path : null
}

/** Finds a cell and its place by id; null when there is none. */
export function findCell(doc: Y.Doc, id: string): { readonly cell: YCell; readonly index: number } | null {
  const cells = cellsOf(doc)
  for (let index = 0; index < cells.length; index++) {
    const cell = cells.get(index)
    if (cell.get('id') === id) return { cell, index }
  }
  return null
}

/** A new cell, not yet in a document. */
export function makeCell(init: {
  readonly id: string
  readonly type: CellType
  readonly source?: string
  readonly metadata?: Readonly<Record<string, unknown>>
}): YCell {
  const cell = new Y.Map<unknown>()
  cell.set('id', init.id)
  cell.set('cell_type', init.type)
  cell.set('source', new Y.Text(init.source ?? ''))
  cell.set('metadata', new Y.Map(Object.entries(init.metadata ?? {})))
  if (init.type === 'code') {
    cell.set('outputs', new Y.Array())
    cell.set('execution_count', null)
    cell.set('execution_state', 'idle')
  }
  return cell
}

/** Keys of a code cell that only the server may write. */
export const serverKeys = ['outputs', 'execution_count', 'execution_state'] as const

/**
 * A MIME bundle's value that is too large for the document (over 8 KiB) is replaced by this reference;
 * the bytes are served at `/api/objects/<digest>`. Text MIMEs are UTF-8, `application/json` and `+json` are JSON,
 * binary MIMEs (images other than SVG, PDF) are the decoded bytes.
 */
export const ObjectReference = z.strictObject({
  'yesterday.object': z.object({ digest: Digest, size: z.int().nonnegative(), mime: z.string().max(255) }),
})
export type ObjectReference = z.infer<typeof ObjectReference>

/** False for anything that only resembles one: what users write is escaped (json.ts) and never taken for ours. */
export function isObjectReference(value: unknown): value is ObjectReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    'yesterday.object' in value &&
    ObjectReference.safeParse(value).success
  )
}

/** Largest value that is stored inline in the document, in bytes of UTF-8. */
export const INLINE_LIMIT = 8192

/**
 * The member `yesterday` of a long stream: its text in the document is only the end. The pages before it are objects, in
 * order, as UTF-8; `run` has all of it as one output when it is over.
 */
export const StreamHead = z.object({
  truncatedHead: z.object({
    run: RunId,
    pages: z.array(z.object({ digest: Digest, size: z.int().nonnegative() })),
  }),
})
export type StreamHead = z.infer<typeof StreamHead>['truncatedHead']

/** What of a stream is not in the document; null where all of it is. `yesterday` is that member of the output. */
export const streamHead = (yesterday: unknown): StreamHead | null =>
  StreamHead.safeParse(yesterday).data?.truncatedHead ?? null

/** Bytes of the pages together. */
export const headSize = ({ pages }: StreamHead): number => pages.reduce((sum, { size }) => sum + size, 0)
