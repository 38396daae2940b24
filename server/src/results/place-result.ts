/** Writes a run's result into a document. Invariant: sources, the order of cells and other cells are never changed. */
import * as Y from 'yjs'
import {
  cellType,
  ensureMetadata,
  executionState,
  findCell,
  origin,
  type YOutput,
} from '../../contract/document.ts'
import { isJsonObject, type Json, normalJson } from '../../contract/json.ts'
import type { CellResult } from '../../contract/results.ts'
import { makeOutput } from '../document/document-form.ts'
import type { RunIndex } from '../store/ports.ts'

/** Shows the result in its cell. Does nothing where the cell is gone or is not a code cell any more. */
export function placeResult(doc: Y.Doc, { recorded, outputs, executionCount }: CellResult): void {
  const cell = findCell(doc, recorded.cell)?.cell
  if (cell === undefined || cellType(cell) !== 'code') return
  doc.transact(() => {
    cell.set('outputs', Y.Array.from(outputs.flatMap(outputOf)))
    cell.set('execution_count', executionCount)
    if (executionState(cell) !== 'idle') cell.set('execution_state', 'idle')
  }, origin.server)
}

function outputOf(sent: Json): YOutput[] {
  const output = normalJson(sent)
  return isJsonObject(output) ? [makeOutput(output)] : []
}

const kernelKeys = ['kernelspec', 'language_info'] as const

/** Names the kernel in the notebook's metadata, where they name none. */
export function placeKernel(doc: Y.Doc, named: Readonly<Record<string, Json>>): void {
  const metadata = ensureMetadata(doc)
  const missing = kernelKeys.filter((key) => named[key] !== undefined && !metadata.has(key))
  if (missing.length === 0) return
  doc.transact(() => {
    for (const key of missing) metadata.set(key, normalJson(named[key] ?? null))
  }, origin.server)
}

/** Whether a run of the cell is recorded that started later: its result is the one to show. */
export async function isReplaced(
  index: Pick<RunIndex, 'page'>,
  notebook: string,
  { run, cell, started }: CellResult['recorded'],
): Promise<boolean> {
  const { runs } = await index.page({ notebook, cellId: cell, limit: 20 })
  return runs.some((other) => other.run !== run && other.started !== null && other.started > started)
}
