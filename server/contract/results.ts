/**
 * `POST /api/notebooks/<document id>/results`: what a program showed that ran the notebook's cells in a kernel of its own
 * (`yesterday run --save`). The server shows it in open pages and saves it with the notebook. The answer is `{}` once
 * the results are durable; those that a later run of the cell has replaced are left out.
 */
import { z } from 'zod'
import { CellId, RunId, Timestamp } from './ids.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { Outcome } from './run.ts'
import { Actor } from './session.ts'

const JsonMembers = z.custom<JsonObject>(isJsonObject, 'an object of JSON')

/** A run that is in the history. */
export const RecordedRun = z.object({
  run: RunId,
  cell: CellId,
  outcome: Outcome,
  started: Timestamp,
  ended: Timestamp,
  durationMs: z.number(),
  actor: Actor,
})
export type RecordedRun = z.infer<typeof RecordedRun>

/** What a cell shows after a run, in the document's form: large values are references to objects of the history. */
export const CellResult = z.object({
  recorded: RecordedRun,
  executionCount: z.number().int().nullable(),
  outputs: z.array(JsonMembers).max(10_000),
})
export type CellResult = z.infer<typeof CellResult>

export const PublishedResults = z.object({
  results: z.array(CellResult).max(1000),
  /** `kernelspec` and `language_info`, for a notebook that names no kernel. */
  kernel: JsonMembers.optional(),
})
export type PublishedResults = z.infer<typeof PublishedResults>
