/** A row of the derived runs, as other records refer to the run. */
import type { RunName } from '../../contract/past.ts'
import { RunSummary } from '../../contract/run.ts'
import { isOwnPath } from './own-record.ts'
import { integer, type Row, text } from './row.ts'

/** From the column `summary`, which may have names of the history itself. */
export function summaryOf(row: Row): RunSummary {
  const { usedNames, generatedNames, ...rest } = RunSummary.parse(JSON.parse(text(row, 'summary')))
  return { ...rest, usedNames: withoutOwn(usedNames), generatedNames: withoutOwn(generatedNames) }
}

const withoutOwn = (names: readonly string[]): string[] => names.filter((name) => !isOwnPath(name))

/** From the columns `place` and `summary`. */
export function runNameOf(row: Row): RunName {
  const { run, session, notebook, cell, cellId, title, outcome, ended } = summaryOf(row)
  return { run, session, notebook, order: integer(row, 'place'), cell, cellId, title, outcome, ended }
}
