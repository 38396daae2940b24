/** pure. The outputs of a run: the record holds each form of a value by itself, in order. */
import { isPlainText, isRicherThanText } from './mime-rules.ts'
import type { OutputEntry } from './run.ts'

/** The forms of each output. Forms of one value are together, and no value has a form twice. */
export function outputGroups(outputs: readonly OutputEntry[]): readonly (readonly OutputEntry[])[] {
  const groups: OutputEntry[][] = []
  for (const output of outputs) {
    const last = groups.at(-1)
    if (last !== undefined && belongs(output, last)) last.push(output)
    else groups.push([output])
  }
  return groups
}

/** Of an output in several forms the richer ones: a table's plain form repeats its HTML. */
export const richestForms = (outputs: readonly OutputEntry[]): readonly OutputEntry[] =>
  outputGroups(outputs).flatMap((group) =>
    group.some(({ mime }) => isRicherThanText(mime)) ? group.filter(({ mime }) => !isPlainText(mime)) : group,
  )

function belongs(output: OutputEntry, group: readonly OutputEntry[]): boolean {
  const isValue = output.outputType === 'display_data' || output.outputType === 'execute_result'
  return (
    isValue && group.every(({ outputType, mime }) => outputType === output.outputType && mime !== output.mime)
  )
}
