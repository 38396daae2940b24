/**
 * pure. An error's text as the document and the log hold it. `raise ValueError(huge)` says megabytes twice. Invariant:
 * a text that was cut says how much is missing; the run's recorded outputs have all of it.
 */

/** How a cell failed, as Jupyter has it. */
export interface ErrorText {
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}

/** UTF-16 units. */
const NAME = 256
const VALUE = 16 * 1024
const LINE = 64 * 1024
const LINES = 1000

/** The error, each of its parts at most so long. */
export function boundedError({ ename, evalue, traceback }: ErrorText): {
  ename: string
  evalue: string
  traceback: string[]
} {
  const lines = traceback.map((line) => cut(line, LINE))
  return { ename: cut(ename, NAME), evalue: cut(evalue, VALUE), traceback: fewer(lines) }
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text.toWellFormed()
  const half = Math.floor(most / 2)
  const note = ` [… ${text.length - 2 * half} characters are left out …] `
  return (text.slice(0, half) + note + text.slice(-half)).toWellFormed()
}

function fewer(lines: readonly string[]): string[] {
  if (lines.length <= LINES) return [...lines]
  const half = LINES / 2
  const note = `[… ${lines.length - LINES} entries are left out …]`
  return [...lines.slice(0, half), note, ...lines.slice(-half)]
}
