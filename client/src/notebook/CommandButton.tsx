/** The button of a command. Its words, keys and guard come from the list of commands. */
import type { ReactNode } from 'react'
import { t } from '../text/text.ts'
import type { Dialogs } from './command.ts'
import type { CommandName } from './commands.ts'
import { totalText } from './forecast-words.ts'
import { keyWords } from './keys.ts'
import type { Notebook } from './notebook.ts'
import { commandOf, isPossible, perform } from './perform.ts'

const mac = navigator.platform.startsWith('Mac')

interface Props {
  readonly command: CommandName
  readonly notebook: Notebook
  readonly dialogs: Dialogs
}

/** A button of the toolbar. It shows `children`, or the words of the command. */
export function CommandButton(props: Props & { readonly children?: ReactNode; readonly isIcon?: boolean }) {
  const { command, notebook, dialogs, children, isIcon = false } = props
  const words = commandWords(command)
  return (
    <button
      type="button"
      className={isIcon ? 'icon-button' : 'button button-small button-quiet'}
      data-command={command}
      aria-label={isIcon ? words : undefined}
      title={titleOf(command)}
      onPointerEnter={({ currentTarget }) => {
        currentTarget.title = titleOf(command, notebook)
      }}
      onFocus={({ currentTarget }) => {
        currentTarget.title = titleOf(command, notebook)
      }}
      disabled={!isPossible(command, notebook)}
      onClick={() => perform(command, notebook, dialogs)}
    >
      {children ?? words}
    </button>
  )
}

/** The words of a command on a button or in a menu. */
export const commandWords = (command: CommandName): string =>
  t(commandOf(command).button ?? commandOf(command).label)

/** What it does, and its keys; with a notebook also what the runs are expected to take. */
function titleOf(command: CommandName, notebook?: Notebook): string {
  const keys = keyWords(command, mac)
  const label = t(commandOf(command).label)
  const title = keys === '' ? label : `${label} (${keys})`
  const cells = notebook === undefined ? undefined : commandOf(command).cells?.(notebook)
  const total = cells === undefined ? null : (notebook?.forecasts.total(cells) ?? null)
  return total === null ? title : `${title}\n${totalText(total)}`
}
