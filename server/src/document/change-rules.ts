/**
 * What a browser may change in a notebook. Invariant: outputs, counts and run state of a cell that is there stay the
 * server's; a cell that comes in whole (pasted, moved, brought back by undo, of a new type) may bring its own, for
 * that is what a person who pastes expects. What comes in keeps the schema.
 */
import * as Y from 'yjs'
import { CELL_ID } from '../../contract/cell-id.ts'
import { cellsOf, metaOf, serverKeys, type YCell } from '../../contract/document.ts'
import { asCellType } from './cell-form.ts'

type SharedType = Pick<Y.AbstractType<unknown>, '_item' | '_map' | '_start' | 'parent'>
type Keys = ReadonlySet<string | null>

/** Why the transaction is refused, for a person; null if it is accepted. */
export function judgeChange(transaction: Y.Transaction): string | null {
  for (const [type, keys] of transaction.changed) {
    const problem = judgeType(transaction, type, keys)
    if (problem !== null) return problem
  }
  return null
}

function judgeType(transaction: Y.Transaction, type: SharedType, keys: Keys): string | null {
  const { root, steps } = placeOf(type)
  if (root === cellsOf(transaction.doc)) return judgeInCells(transaction, type, keys, steps)
  if (root !== metaOf(transaction.doc)) return 'Only the server writes this part of the notebook.'
  if (steps.length > 0) return shapeProblem(type)
  const isMap = metaOf(transaction.doc).get('metadata') instanceof Y.Map
  return isMap && [...keys].every((key) => key === 'metadata')
    ? null
    : 'Only the notebook metadata can be changed here.'
}

function judgeInCells(
  transaction: Y.Transaction,
  type: SharedType,
  keys: Keys,
  steps: readonly (string | null)[],
): string | null {
  if (steps.length === 0) return judgeInserted(transaction, keys)
  if (steps.length === 1) return type instanceof Y.Map ? judgeCellKeys(type, keys) : 'A cell must be a map.'
  if (steps[1] === 'outputs') return outputsAreServers
  return shapeProblem(type)
}

const outputsAreServers = 'Only the server writes outputs, counts and run state.'
const cellKeys: ReadonlySet<string | null> = new Set([
  'cell_type',
  'source',
  'metadata',
  'attachments',
  ...serverKeys,
])

function judgeCellKeys(cell: YCell, keys: Keys): string | null {
  if (![...keys].every((key) => cellKeys.has(key))) return 'A cell has no such key, or it cannot be changed.'
  if (!keys.has('cell_type') && serverKeys.some((key) => keys.has(key))) return outputsAreServers
  return cellProblem(cell)
}

function judgeInserted(transaction: Y.Transaction, keys: Keys): string | null {
  if ([...keys].some((key) => key !== null)) return 'The list of cells has no keys.'
  for (const cell of cellsOf(transaction.doc)) {
    const problem = isNew(transaction, cell) ? cellProblem(cell) : null
    if (problem !== null) return problem
  }
  return null
}

function isNew(transaction: Y.Transaction, cell: unknown): boolean {
  const id = cell instanceof Y.AbstractType ? cell._item?.id : undefined
  return id === undefined || id.clock >= (transaction.beforeState.get(id.client) ?? 0)
}

function cellProblem(cell: unknown): string | null {
  if (!(cell instanceof Y.Map)) return 'A cell must be a map.'
  const [id, source] = [cell.get('id'), cell.get('source')]
  if (typeof id !== 'string' || !CELL_ID.test(id)) return 'A cell needs an id of 1 to 64 of a-z A-Z 0-9 _ -.'
  if (asCellType(cell.get('cell_type')) === null) return 'A cell must be code, markdown or raw.'
  if (!(source instanceof Y.Text)) return 'A cell needs a text as its source.'
  if (!(cell.get('metadata') instanceof Y.Map)) return 'A cell needs a map as its metadata.'
  if (!isAttachments(cell.get('attachments'))) return 'Attachments must be an object.'
  return outputsProblem(cell.get('outputs')) ?? shapeProblem(source)
}

const isAttachments = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))

function outputsProblem(outputs: unknown): string | null {
  if (outputs === undefined) return null
  if (!(outputs instanceof Y.Array)) return 'Outputs must be a list.'
  const fits = outputs
    .toArray()
    .every((output) => output instanceof Y.Map && typeof output.get('output_type') === 'string')
  return fits ? null : 'An output must be a map with an output_type.'
}

/** Texts hold text alone, and lists and texts have no keys, maps no items. */
function shapeProblem(type: SharedType): string | null {
  if (type instanceof Y.Map) return type._start === null ? null : 'A map has no items.'
  if (type._map.size > 0) return 'A list or text has no keys.'
  if (type instanceof Y.Text && type.length !== type.toString().length) return 'A source holds text alone.'
  return null
}

/** The root that a type hangs from, and the key of each step from there (null for a place in a list). */
function placeOf(type: SharedType): { root: SharedType; steps: (string | null)[] } {
  const steps: (string | null)[] = []
  let root = type
  while (root._item !== null) {
    steps.unshift(root._item.parentSub)
    const { parent } = root
    if (parent === null) break
    root = parent
  }
  return { root, steps }
}
