/** pure. The places of a traceback that are lines of cells, as IPython writes them; outermost first, each once. */

/** A line of the cell that ran as `In[count]`. */
export interface CellLine {
  readonly count: number
  readonly line: number
}

const FRAME = /(?:Cell|Input) In ?\[(\d+)\](?:, line (\d+)|, in <cell line: (\d+)>)/g

/** The lines that a traceback without colours names. */
export function cellLines(traceback: string): readonly CellLine[] {
  const lines = [...traceback.matchAll(FRAME)].map(([, count, line, first]) => ({
    count: Number(count),
    line: Number(line ?? first),
  }))
  return lines.filter(
    ({ count, line }, at) => lines.findIndex((other) => other.count === count && other.line === line) === at,
  )
}
