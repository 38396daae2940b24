/** Who edited a cell last, as the server knows from the connection that brought the edit. */
import { z } from 'zod'
import { Actor } from './actor.ts'
import { CellId, Timestamp } from './ids.ts'

/** `by` is null where another program changed the cell in the file. */
export const CellEdit = z.object({ cell: CellId, by: Actor.nullable(), at: Timestamp })
export type CellEdit = z.infer<typeof CellEdit>
export const CellEdits = z.object({ edits: z.array(CellEdit) })
