/** The menu of the active cell: what a mouse or a thumb finds there, each entry a command. */
import { createContext, Fragment, type ReactNode, useContext } from 'react'
import { t } from '../text/text.ts'
import { Ellipsis } from '../ui/icons.ts'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import { commandWords } from './CommandButton.tsx'
import { type Dialogs, mayRun } from './command.ts'
import type { CommandName } from './commands.ts'
import { keyWords } from './keys.ts'
import type { Notebook } from './notebook.ts'
import { isPossible, perform } from './perform.ts'

const GROUPS = [
  ['run', 'runAbove', 'runBelow'],
  ['insertAbove', 'insertBelow', 'moveUp', 'moveDown'],
  ['cut', 'copy', 'paste', 'merge'],
  ['code', 'sql', 'markdown', 'raw'],
  ['toggleSource', 'toggleOutputs', 'clear'],
  ['comment', 'copyLink', 'cellMetadata'],
  ['delete'],
] as const satisfies readonly (readonly CommandName[])[]

const mac = navigator.platform.startsWith('Mac')

/** What the commands of a cell's menu may ask. */
export const DialogsContext = createContext<Dialogs | null>(null)

/** Commands act on what is selected: only the active cell has it. */
export function CellMenu({ notebook }: { readonly notebook: Notebook }) {
  const dialogs = useContext(DialogsContext)
  if (dialogs === null) return null
  return (
    <div className="cell-menu">
      <Menu label={t('cell.menu')} icon={<Ellipsis size={16} />}>
        {() => items(notebook, dialogs)}
      </Menu>
    </div>
  )
}

/** `run` also shows a Markdown cell, which needs no right to run code. */
const isOffered = (command: CommandName, notebook: Notebook): boolean =>
  isPossible(command, notebook) && (command !== 'run' || mayRun(notebook))

const items = (notebook: Notebook, dialogs: Dialogs): ReactNode =>
  GROUPS.map((group) => group.filter((command) => isOffered(command, notebook)))
    .filter((group) => group.length > 0)
    .map((group, place) => (
      <Fragment key={group[0]}>
        {place > 0 && <div className="menu-line" role="presentation" />}
        {group.map((command) => (
          <MenuItem
            key={command}
            danger={command === 'delete'}
            onSelect={() => perform(command, notebook, dialogs)}
          >
            {commandWords(command)}
            <span className="menu-keys" aria-hidden="true">
              {keyWords(command, mac).split(', ')[0]}
            </span>
          </MenuItem>
        ))}
      </Fragment>
    ))
