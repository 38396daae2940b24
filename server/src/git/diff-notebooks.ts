/** pure. Two versions of a notebook as lines for a person: cells that were added, removed, moved or changed. */
import type { DiffLine } from '../../contract/past.ts'
import { type CellForm, joinedText, type NotebookForm, sameOutputs } from '../document/cell-form.ts'
import { sameJson } from '../document/json-value.ts'
import { matchCells } from '../document/match-cells.ts'
import { diffLines } from '../lineage/diff-lines.ts'

/** Lines around a change. */
const CONTEXT = 3

/** Empty if the two say the same. `path` is written in the head. */
export function diffNotebooks(path: string, before: NotebookForm, after: NotebookForm): readonly string[] {
  const cells = matchCells(before.cells, after.cells)
  const lines = [
    ...metadataLines(before, after),
    ...before.cells.flatMap((cell, place) =>
      cells.some(({ id }) => id === cell.id) ? [] : wholeCell('removed', '-', cell, place),
    ),
    ...cells.flatMap((cell, place) => cellLines(before, cells, cell, place)),
  ]
  return lines.length === 0 ? [] : [`--- a/${path}`, `+++ b/${path}`, ...lines]
}

function cellLines(
  before: NotebookForm,
  after: readonly CellForm[],
  cell: CellForm,
  place: number,
): readonly string[] {
  const was = before.cells.find(({ id }) => id === cell.id)
  if (was === undefined) return wholeCell('added', '+', cell, place)
  const isMoved = isOutOfOrder(before.cells, after, cell.id)
  const code = was.source === cell.source ? [] : unified(diffLines(was.source, cell.source))
  const notes = [
    ...(was.type === cell.type ? [] : [`  type: ${was.type} → ${cell.type}`]),
    ...(sameJson(was.metadata, cell.metadata) ? [] : ['  metadata changed']),
    ...attachmentLines(was, cell),
    ...outputLines(was, cell),
  ]
  if (!isMoved && code.length === 0 && notes.length === 0) return []
  const from = before.cells.indexOf(was) + 1
  const what = isMoved ? `, moved from ${from}` : ''
  return [
    heading(cell, place, code.length > 0 || notes.length > 0 ? `changed${what}` : what.slice(2)),
    ...code,
    ...notes,
  ]
}

/** Whether the cell that both have before this one is another than it was. */
function isOutOfOrder(before: readonly CellForm[], after: readonly CellForm[], id: string): boolean {
  const neighbour = (cells: readonly CellForm[], others: readonly CellForm[]): string | null => {
    const shared = cells.filter((cell) => others.some((other) => other.id === cell.id))
    return shared[shared.findIndex((cell) => cell.id === id) - 1]?.id ?? null
  }
  return neighbour(before, after) !== neighbour(after, before)
}

const heading = ({ type, id }: CellForm, place: number, what: string): string =>
  `@@ cell ${place + 1} (${type}, ${id}) ${what} @@`

const wholeCell = (what: string, sign: '+' | '-', cell: CellForm, place: number): readonly string[] => [
  heading(cell, place, what),
  ...cell.source.split('\n').map((line) => `${sign}${line}`),
]

const SIGNS = { same: ' ', removed: '-', added: '+' } as const

/** Changed lines with a few around them; `…` marks what was left out. */
function unified(lines: readonly DiffLine[]): readonly string[] {
  const isNear = (at: number): boolean =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ type }) => type !== 'same')
  return lines.flatMap(({ type, text }, at) => {
    if (isNear(at)) return [`${SIGNS[type]}${text}`]
    return at > 0 && isNear(at - 1) ? [' …'] : []
  })
}

function attachmentLines({ attachments: was }: CellForm, { attachments: is }: CellForm): readonly string[] {
  const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])].toSorted()
  const changed = names.filter((name) => !sameJson(was?.[name], is?.[name]))
  return changed.length === 0 ? [] : [`  attachments changed: ${changed.join(', ')}`]
}

function outputLines(was: CellForm, is: CellForm): readonly string[] {
  const [before, after] = [was.outputs ?? [], is.outputs ?? []]
  if (sameOutputs(before, after)) return []
  const [old, now] = [before, after].map((outputs) => outputs.map(outputText).join('\n'))
  if (old === now) return ['  outputs changed, with the same text']
  return ['  outputs:', ...unified(diffLines(old ?? '', now ?? '')).map((line) => `  ${line}`)]
}

/** The text of an output; of other forms, their names. */
function outputText(output: CellForm['metadata']): string {
  if (output.output_type === 'stream') return joinedText(output.text).trimEnd()
  if (output.output_type === 'error') return `${String(output.ename)}: ${String(output.evalue)}`
  const data = typeof output.data === 'object' && output.data !== null ? Object.entries(output.data) : []
  const plain = data.find(([mime]) => mime === 'text/plain')
  const others = data.filter(([mime]) => mime !== 'text/plain').map(([mime]) => `<${mime}>`)
  return [...(plain === undefined ? [] : [joinedText(plain[1])]), ...others].join('\n')
}

function metadataLines(before: NotebookForm, after: NotebookForm): readonly string[] {
  const keys = [...new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)])].toSorted()
  const changed = keys.filter((key) => !sameJson(before.metadata[key], after.metadata[key]))
  return changed.length === 0 ? [] : [`@@ metadata of the notebook: ${changed.join(', ')} @@`]
}
