/** Runs in the audit log: those that pages ask for, and code that Jupyter clients send. */
import type { Actor } from '../../contract/actor.ts'
import type { Recording } from '../people/audit.ts'
import type { OnPerformed } from '../session/session-socket.ts'

/** Records each time that a page runs cells. */
export const recordRuns =
  (record: Recording): OnPerformed =>
  (command, { id, name }, notebook) => {
    if (command.type !== 'run') return
    const about = { notebook, cells: String(command.cells.length) }
    record({ action: 'run', by: { id, name }, address: null, about })
  }

/** Records each time that a Jupyter client sends code to a kernel. */
export const recordCode =
  (record: Recording) =>
  (by: Actor, notebook: string): void =>
    record({ action: 'run', by, address: null, about: { notebook, cells: '1', how: 'Jupyter client' } })
