/**
 * How it is with the project's history while the server runs (`GET /api/history`, the session event `history`), and
 * writing it again after its folder was removed (`POST /api/history/write-again`).
 */
import { z } from 'zod'
import { Digest } from './ids.ts'

/**
 * `sound`: nothing is known to be wrong. `damaged`: the database cannot be read or written any more. `gone`: the folder
 * was removed or replaced, and nothing is saved until the history is written again. `message` says what happened; null
 * for `sound`.
 */
export const HistoryState = z.object({
  kind: z.enum(['sound', 'damaged', 'gone']),
  message: z.string().nullable(),
})
export type HistoryState = z.infer<typeof HistoryState>

export const WrittenAgain = z.object({
  /** Objects that the log names and that were lost with the folder. */
  lostObjects: z.array(Digest),
  /** Where what had taken the history's place was put, from the project folder; null where nothing had. */
  aside: z.string().nullable(),
})
export type WrittenAgain = z.infer<typeof WrittenAgain>
