/**
 * In whose name the server itself edits a document: a person's, who restores a checkpoint or saves by a Jupyter client, or
 * that of another program, which changed the file. An edit without this mark is not one that has an editor.
 */
import type * as Y from 'yjs'
import type { Actor } from '../../contract/actor.ts'

/** Who edits. Null: another program. */
export interface Editor {
  readonly actor: Actor | null
}

const KEY = 'editor'

/** To be called in the transaction. */
export function editFor(transaction: Y.Transaction, actor: Actor | null): void {
  transaction.meta.set(KEY, { actor } satisfies Editor)
}

export const editorOf = (transaction: Y.Transaction): Editor | null => transaction.meta.get(KEY) ?? null
