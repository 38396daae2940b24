/** Performs commands (commands.ts). A button, a key and the palette have the same guards. */
import type { Command, Dialogs } from './command.ts'
import { COMMANDS, type CommandName } from './commands.ts'
import type { Notebook } from './notebook.ts'

/** The command of this id. */
export function commandOf(id: CommandName): Command {
  const command = COMMANDS.find((one) => one.id === id)
  if (command === undefined) throw new Error(`no command ${id}`)
  return command
}

/** Whether the command can be performed now. */
export const isPossible = (name: CommandName, notebook: Notebook): boolean =>
  commandOf(name).when?.(notebook) ?? true

/** Performs a command on what is selected; nothing if it is not possible. */
export function perform(name: CommandName, notebook: Notebook, dialogs: Dialogs): void {
  if (isPossible(name, notebook)) commandOf(name).run(notebook, dialogs)
}
