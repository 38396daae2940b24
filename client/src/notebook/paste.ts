/** Copy, cut and paste of cells. Copies are for every notebook: in this page, in other pages and in other projects. */
import { objectUrl } from '../api/api.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import type { CellCopy } from './cell-copy.ts'
import { changeCells } from './change-cells.ts'
import { storedValues, withoutOutputsOf, writeCells } from './clipboard/cells-data.ts'
import { sharedCells } from './clipboard/shared-cells.ts'
import type { Notebook } from './notebook.ts'

/** The server takes at most 16 MiB in one edit. */
const MAX_PASTE = 12 * 1024 * 1024

/** Copies the selected cells for `pasteShared`; returns the copies. */
export function copyCells(notebook: Notebook): readonly CellCopy[] {
  const copies = notebook.edits.copies(notebook.selected())
  sharedCells.set(copies)
  return copies
}

/** Copies the selected cells and removes them; returns the copies. */
export function cutCells(notebook: Notebook): readonly CellCopy[] {
  const copies = copyCells(notebook)
  changeCells(notebook, () => notebook.edits.remove(notebook.selected()))
  return copies
}

/** Pastes the cells that were copied last in any page of this browser at this address. */
export async function pasteShared(notebook: Notebook): Promise<void> {
  const { active } = notebook.selection.get()
  await pasteCells(notebook, await sharedCells.get(), active)
}

/** Pastes cells behind this one, with the outputs whose values this project has. */
export async function pasteCells(
  notebook: Notebook,
  cells: readonly CellCopy[],
  behind = notebook.selection.get().active,
): Promise<void> {
  const missing = await missingValues(storedValues(cells))
  const whole = missing.size === 0 ? cells : withoutOutputsOf(cells, missing)
  if (missing.size > 0) notify('info', t('paste.withoutOutputs'))
  if (writeCells(whole).length > MAX_PASTE) notify('warning', t('paste.tooLarge'))
  else insertCells(notebook, whole, behind)
}

/** Pastes text as a new code cell behind this one. */
export function pasteText(notebook: Notebook, text: string, behind = notebook.selection.get().active): void {
  const source = text.replace(/\r\n?/g, '\n')
  const cell = { id: '', type: 'code', source, metadata: {}, outputs: [], execution_count: null } as const
  if (source.length > MAX_PASTE) notify('warning', t('paste.tooLarge'))
  else insertCells(notebook, [{ ...cell, outputs: [] }], behind)
}

function insertCells(notebook: Notebook, cells: readonly CellCopy[], behind: string | null): void {
  if (cells.length === 0) return
  changeCells(notebook, () => {
    const pasted = notebook.edits.paste(notebook.placeBehind(behind), cells)
    notebook.selection.set({ anchor: pasted[0] ?? null, active: pasted.at(-1) ?? null, mode: 'command' })
  })
}

/** Those of the stored values that this project does not have: cells of another project may refer to its own. */
async function missingValues(digests: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const answers = [...digests].map(async (digest) => {
    const answer = await fetch(objectUrl(digest), { method: 'HEAD' }).catch(() => null)
    return answer?.ok === true ? [] : [digest]
  })
  return new Set((await Promise.all(answers)).flat())
}
