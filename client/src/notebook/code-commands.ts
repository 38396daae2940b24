/** Commands on code as code: its form, its marks, its names. */
import { formatCells, nextMark } from './code-tools.ts'
import { type Command, editKeys, isWritable, keys, mayEdit } from './command.ts'
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
] as const satisfies readonly Command[]
