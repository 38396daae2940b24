/** The command of a panel. */
import type { Panel } from '../panels/panel.ts'
import { type Command, cellKeys } from './command.ts'

/** A command that opens or closes this panel. */
export function panelCommand({ id, command }: Panel): Command & { readonly id: `panel:${string}` } {
  return {
    id: `panel:${id}`,
    label: command.label,
    keys: cellKeys(...(command.keys ?? [])),
    run: ({ panels }) => panels.toggle(id),
  }
}
