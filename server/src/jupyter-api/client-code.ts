/** pure. What an execute request of a client asks for, and which cell of the notebook it is. */
import type { JsonObject } from '@yesterday/kernel-bridge'
import type * as Y from 'yjs'
import { z } from 'zod'
import { cellId, cellSource, cellsOf, cellType } from '../../contract/document.ts'
import { CellId } from '../../contract/ids.ts'
import { digestOf } from '../disk/digest.ts'
import type { SourceRun } from '../session/session.ts'
import type { Received } from './message.ts'

const Fields = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)
const ExecuteContent = z.object({
  code: z.string(),
  silent: z.boolean().default(false),
  store_history: z.boolean().optional(),
  user_expressions: Fields.nullish(),
  allow_stdin: z.boolean().default(true),
  stop_on_error: z.boolean().default(true),
})
const Metadata = z.object({ cellId: CellId.optional().catch(undefined) })

/**
 * The run that a message asks for; null for every other message, for code without effect on the history (`silent`,
 * `store_history: false`), and for code without text.
 */
export function askedRun({ channel, header, content, metadata }: Received, doc: Y.Doc): SourceRun | null {
  if (channel !== 'shell' || header.msg_type !== 'execute_request') return null
  const read = ExecuteContent.safeParse(content)
  if (!read.success) return null
  const { code, silent, store_history: history = !silent, user_expressions, ...flags } = read.data
  if (silent || !history || code.trim() === '') return null
  const userExpressions = user_expressions ?? {}
  const { cellId: named } = Metadata.parse(metadata)
  const how = { allowStdin: flags.allow_stdin, stopOnError: flags.stop_on_error, userExpressions }
  return { ...cellOf(doc, named ?? null, code), source: code, ...how }
}

/** The code cell of this id, else the first of this source, else none of the notebook, without a place in it. */
function cellOf(doc: Y.Doc, named: string | null, code: string): Pick<SourceRun, 'cell' | 'place'> {
  const cells = cellsOf(doc).toArray()
  const isCode = (cell: (typeof cells)[number]) => cellType(cell) === 'code'
  const byId = cells.findIndex((cell) => isCode(cell) && cellId(cell) === named)
  const bySource = () => cells.findIndex((cell) => isCode(cell) && cellSource(cell).toString() === code)
  const index = byId >= 0 || named !== null ? byId : bySource()
  const found = cells[index]
  if (found !== undefined) return { cell: cellId(found), place: index + 1 }
  return { cell: named ?? `code-${digestOf(code).slice(7, 27)}`, place: null }
}
