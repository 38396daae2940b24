/** Commands on what a cell is: the form, marks and names of its code, its tags and metadata. */
import { formatCells, nextMark } from './code-tools.ts'
import { type Command, cellKeys, editKeys, isWritable, keys, mayEdit } from './command.ts'
import { showMetadata } from './metadata/metadata-open.ts'
import { goToDefinition, showNames } from './names/names.ts'

export const CODE_COMMANDS = [
  {
    id: 'formatCells',
    label: 'command.formatCells',
    when: isWritable,
    run: (notebook) => void formatCells(notebook, notebook.selected()),
  },
  {
    id: 'formatNotebook',
    label: 'command.formatNotebook',
    keysIn: { vscode: keys('Alt-Shift-f') },
    when: isWritable,
    run: (notebook) => void formatCells(notebook, notebook.order.get()),
  },
  {
    id: 'goToDefinition',
    label: 'command.goToDefinition',
    keys: editKeys('F12'),
    when: () => true,
    run: (notebook) => void goToDefinition(notebook),
  },
  {
    id: 'findReferences',
    label: 'command.findReferences',
    keys: editKeys('Shift-F12'),
    when: () => true,
    run: (notebook) => void showNames(notebook, 'references'),
  },
  {
    id: 'renameVariable',
    label: 'command.renameVariable',
    keys: editKeys('F2'),
    when: isWritable,
    run: (notebook) => void showNames(notebook, 'rename'),
  },
  { id: 'nextMark', label: 'command.nextMark', keys: keys('F8'), when: mayEdit, run: nextMark },
  { id: 'cellMetadata', label: 'command.cellMetadata', keys: cellKeys('Shift-t'), run: showMetadata },
] as const satisfies readonly Command[]
