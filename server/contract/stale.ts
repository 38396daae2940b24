/**
 * Which cells no longer show what running the notebook from top to bottom would show, and why. A cell that is not
 * named is fresh. Invariant: the reasons of a cell are ordered, the nearest first; there is at least one.
 */
import { z } from 'zod'
import { CellId, RunId } from './ids.ts'

export const StaleReason = z.discriminatedUnion('kind', [
  /** The source differs from the one that ran. */
  z.object({ kind: z.literal('edited') }),
  /** The run of a cell changed its input (null: a cell that is gone, or of another client). */
  z.object({ kind: z.literal('input'), name: z.string(), cell: CellId.nullable(), run: RunId }),
  /** A cell above it re-created what it made, and a cell below needs its own. */
  z.object({ kind: z.literal('overwritten'), name: z.string(), cell: CellId.nullable(), run: RunId }),
  /** A file that it read has changed, or is gone. */
  z.object({ kind: z.literal('file'), name: z.string(), gone: z.boolean() }),
  /** It ran in a session whose kernel is not the present one. */
  z.object({ kind: z.literal('session') }),
  /** `name` comes from a cell that is stale itself. */
  z.object({ kind: z.literal('upstream'), cell: CellId, name: z.string() }),
  /** No run of it is recorded. */
  z.object({ kind: z.literal('unknown') }),
])
export type StaleReason = z.infer<typeof StaleReason>

/** A cell that is not fresh. */
export const StaleCell = z.object({ cell: CellId, reasons: z.array(StaleReason) })
export type StaleCell = z.infer<typeof StaleCell>
