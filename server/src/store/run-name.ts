/** A row of the derived runs, as other records refer to the run. */
import type { RunName } from '../../contract/past.ts'
import { RunSummary } from '../../contract/run.ts'
import { integer, type Row, text } from './row.ts'

/** From the columns `place` and `summary`. */
export function runNameOf(row: Row): RunName {
  const { run, session, notebook, cell, cellId, title, outcome, ended } = RunSummary.parse(
    JSON.parse(text(row, 'summary')),
  )
  return { run, session, notebook, order: integer(row, 'place'), cell, cellId, title, outcome, ended }
}
