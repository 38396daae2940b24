/**
 * Cells as they are kept for pasting. Invariant: a copy is plain data, made once from the document; a shared type that
 * is in no document forgets what is in it when it is copied again.
 */
import { cellId, cellType, makeCell, type YCell, type YOutput } from '@yesterday/server/contract/document.ts'
import * as Y from 'yjs'
import { z } from 'zod'

const Json = z.record(z.string(), z.unknown())
const Cell = z.object({
  id: z.string(),
  source: z.string(),
  metadata: Json.catch({}),
  attachments: Json.optional().catch(undefined),
  outputs: z.array(Json).catch([]),
  execution_count: z.number().nullable().catch(null),
})

/** A cell with its outputs, outside of any document. */
export type CellCopy = z.infer<typeof Cell> & { readonly type: ReturnType<typeof cellType> }

const Copies = z.object({
  cells: z.array(Cell.extend({ type: z.enum(['code', 'markdown', 'raw']) })).max(10_000),
})

/** The copies in JSON from anywhere. Throws where it is something else. */
export const readCopies = (json: unknown): readonly CellCopy[] => Copies.parse(json).cells

/** The cell as it is now; null where it breaks the schema. */
export function copyOf(cell: YCell): CellCopy | null {
  const read = Cell.safeParse({ ...cell.toJSON(), id: cellId(cell) })
  return read.success ? { ...read.data, type: cellType(cell) } : null
}

/** A new cell with this content, to be put into a document. */
export function cellFrom(copy: CellCopy, id: string): YCell {
  const { type, source, metadata, attachments } = copy
  const cell = makeCell({ id, type, source, metadata })
  if (attachments !== undefined && type !== 'code') cell.set('attachments', attachments)
  if (type !== 'code') return cell
  const outputs = new Y.Array<YOutput>()
  outputs.insert(0, copy.outputs.map(outputFrom))
  cell.set('outputs', outputs)
  cell.set('execution_count', copy.execution_count)
  return cell
}

function outputFrom(json: Readonly<Record<string, unknown>>): YOutput {
  const entries = Object.entries(json).map(([key, value]): [string, unknown] =>
    key === 'text' && typeof value === 'string' ? [key, new Y.Text(value)] : [key, value],
  )
  return new Y.Map(entries)
}
