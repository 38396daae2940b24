/** Runs in the audit log: those that pages ask for, and code that Jupyter clients send. */
import type { Actor } from '../../contract/actor.ts'
import type { Command } from '../../contract/session.ts'
import type { Recording } from '../people/audit.ts'
import type { OnPerformed } from '../session/session-socket.ts'

/** Records each time that a page runs cells. */
export const recordRuns =
  (record: Recording): OnPerformed =>
  (command, { id, name }, notebook) => {
    const cells = cellsToRun(command)
    if (cells.length === 0) return
    const about = { notebook, cells: String(cells.length) }
    record({ action: 'run', by: { id, name }, address: null, about })
  }

/** A restart can run cells as well. */
function cellsToRun(command: Command): readonly string[] {
  if (command.type === 'restart') return command.run ?? []
  return command.type === 'run' ? command.cells : []
}

/** Records each time that a Jupyter client sends code to a kernel. */
export const recordCode =
  (record: Recording) =>
  (by: Actor, notebook: string): void =>
    record({ action: 'run', by, address: null, about: { notebook, cells: '1', how: 'Jupyter client' } })
