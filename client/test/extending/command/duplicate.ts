/** A command, as docs/extending/command.md has it. */
import { changeCells } from '../../../src/notebook/change-cells.ts'
import { type Command, cellKeys, isWritable } from '../../../src/notebook/command.ts'

export const duplicate: Command = {
  id: 'duplicate',
  label: 'files.duplicate',
  keys: cellKeys('Shift-d'),
  when: isWritable,
  run: (notebook) => {
    const chosen = notebook.selected()
    const behind = notebook.placeBehind(chosen.at(-1) ?? null)
    changeCells(notebook, () => notebook.edits.paste(behind, notebook.edits.copies(chosen)))
  },
}
