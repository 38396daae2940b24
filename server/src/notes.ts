/** What is kept of a notebook beside its document: comments, who edited it, and who is notified. */
import { Comments } from './comments/comments.ts'
import type { DocumentRooms } from './document/documents.ts'
import { EditSessions } from './document/edit-sessions.ts'
import { LastEdits } from './document/last-edits.ts'
import { QuietCheckpoints, type QuietCheckpointsInit } from './lineage/quiet-checkpoints.ts'
import type { Notifier } from './notify/notifier.ts'
import { openNotifier } from './notify/open-notifier.ts'
import type { Grants } from './people/grants.ts'
import type { People } from './people/people.ts'
import type { Sessions } from './session/sessions.ts'
import type { Store } from './store/ports.ts'

export interface NotesParts {
  readonly root: string
  readonly store: Store
  readonly documents: DocumentRooms
  readonly sessions: Sessions
  readonly people: People
  readonly grants: Grants | null
  /** Whether a page of the person is open. */
  readonly isHere: (person: string) => boolean
  readonly newId: () => string
  /** Makes a checkpoint after edits. */
  readonly checkpoint: QuietCheckpointsInit['make']
  readonly logError: (what: string, error: unknown) => void
}

export interface Notes {
  readonly comments: Comments
  readonly lastEdits: LastEdits
  readonly editSessions: EditSessions
  readonly notifier: Notifier
  readonly close: () => Promise<void>
}

export function openNotes(parts: NotesParts): Notes {
  const { root, store, documents, people, grants, isHere, newId, logError } = parts
  const comments = commentsOf(parts)
  const lastEdits = lastEditsOf(parts)
  const editSessions = new EditSessions({ updates: store.updates, newId })
  lastEdits.onEdited(editSessions.record)
  const quiet = new QuietCheckpoints({ documents, make: parts.checkpoint })
  lastEdits.onEdited(quiet.edited)
  const pathOf = (id: string): string | null => documents.live(id)?.path ?? null
  const notifier = openNotifier({ root, people, grants, comments, pathOf, isHere, newId, logError })
  const close = async (): Promise<void> => {
    await comments.close()
    await lastEdits.close()
    await editSessions.close()
    await quiet.close()
    await notifier.close()
  }
  return { comments, lastEdits, editSessions, notifier, close }
}

/** Changes reach the pages of a notebook by its session socket. */
function commentsOf({ store, documents, sessions, people, newId }: NotesParts): Comments {
  const comments = new Comments({
    updates: store.updates,
    documents,
    people: () => people.known(),
    mask: (text) => store.secrets.mask(text),
    newId,
  })
  comments.onChange({
    changed: (notebook, change) =>
      sessions.announce(notebook, { type: 'comments', threads: [...change.threads], gone: [...change.gone] }),
    read: (notebook, person, thread, read) =>
      sessions.announce(notebook, { type: 'commentsRead', person, thread, read }),
  })
  return comments
}

function lastEditsOf({ store, documents, sessions, newId }: NotesParts): LastEdits {
  const lastEdits = new LastEdits({ updates: store.updates, documents, newId })
  lastEdits.onEdited((notebook, edits) => sessions.announce(notebook, { type: 'edited', edits: [...edits] }))
  return lastEdits
}
