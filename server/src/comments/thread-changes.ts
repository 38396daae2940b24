/** pure. What a change makes of a thread, or why it is refused. */
import type { Actor } from '../../contract/actor.ts'
import { COMMENT_LIMITS, type Comment, type Thread, type ThreadChange } from '../../contract/comments.ts'
import type { Refusal } from '../document/ports.ts'

export interface ChangeFacts {
  readonly by: Actor
  readonly at: string
  readonly newId: () => string
  /** The number of a new comment. */
  readonly number: number
  readonly mentions: (text: string) => readonly Actor[]
}

/** `thread` is null if the change removes it; `comments` are those that were added or changed. */
export type ThreadResult =
  | { readonly ok: true; readonly thread: Thread | null; readonly comments: readonly Comment[] }
  | { readonly ok: false; readonly refusal: Refusal }

export function newComment(text: string, { by, at, newId, number, mentions }: ChangeFacts): Comment {
  return {
    id: newId(),
    number,
    author: by,
    at,
    edited: null,
    text,
    mentions: [...mentions(text)],
    deleted: false,
  }
}

export function changeThread(thread: Thread, change: ThreadChange, facts: ChangeFacts): ThreadResult {
  switch (change.type) {
    case 'reply':
      return reply(thread, change.text, facts)
    case 'resolve':
      return changed({ ...thread, resolved: thread.resolved ?? { by: facts.by, at: facts.at } })
    case 'reopen':
      return changed({ ...thread, resolved: null })
    case 'edit':
      return changeOwn(thread, change.comment, facts, (comment) => ({
        ...comment,
        text: change.text,
        edited: facts.at,
        mentions: [...facts.mentions(change.text)],
      }))
    case 'delete':
      return changeOwn(thread, change.comment, facts, (comment) => ({
        ...comment,
        text: '',
        mentions: [],
        deleted: true,
      }))
  }
}

const changed = (thread: Thread, comments: readonly Comment[] = []): ThreadResult => ({
  ok: true,
  thread,
  comments,
})

function reply(thread: Thread, text: string, facts: ChangeFacts): ThreadResult {
  if (thread.comments.length >= COMMENT_LIMITS.comments) return { ok: false, refusal: threadFull }
  const comment = newComment(text, facts)
  return changed({ ...thread, comments: [...thread.comments, comment] }, [comment])
}

function changeOwn(
  thread: Thread,
  id: string,
  { by }: ChangeFacts,
  change: (comment: Comment) => Comment,
): ThreadResult {
  const found = thread.comments.find((comment) => comment.id === id && !comment.deleted)
  if (found === undefined) return { ok: false, refusal: commentGone }
  if (found.author.id !== by.id) return { ok: false, refusal: notYours }
  const next = change(found)
  const comments = thread.comments.map((comment) => (comment === found ? next : comment))
  if (comments.every(({ deleted }) => deleted)) return { ok: true, thread: null, comments: [] }
  return changed({ ...thread, comments }, [next])
}

const threadFull: Refusal = {
  code: 'tooMany',
  status: 409,
  message: `This thread has ${COMMENT_LIMITS.comments} comments, which is the most.`,
  hint: 'Begin another thread.',
}
const commentGone: Refusal = { code: 'missing', status: 404, message: 'This comment was deleted.' }
const notYours: Refusal = {
  code: 'forbidden',
  status: 403,
  message: 'Only its author can edit or delete a comment.',
}
