/**
 * The comments of one notebook as a `Y.Doc` that only the server writes: threads and comments as JSON by id, and what each
 * person has read. Invariant: an entry that cannot be read is left out, and never removed.
 */
import * as Y from 'yjs'
import { z } from 'zod'
import { Comment, Thread } from '../../contract/comments.ts'

/** A thread without its comments, as it is kept. */
const Head = Thread.omit({ comments: true })
type Head = z.infer<typeof Head>
const Kept = Comment.extend({ thread: z.string() })

export class CommentDoc {
  readonly doc: Y.Doc
  readonly #heads: Y.Map<unknown>
  readonly #comments: Y.Map<unknown>
  readonly #read: Y.Map<unknown>
  /** What the maps say, parsed; made again after a change. */
  #threads: ReadonlyMap<string, Thread> | null = null

  constructor(updates: readonly Uint8Array[] = []) {
    this.doc = new Y.Doc()
    this.#heads = this.doc.getMap('threads')
    this.#comments = this.doc.getMap('comments')
    this.#read = this.doc.getMap('read')
    for (const update of updates) Y.applyUpdate(this.doc, update)
    this.doc.on('update', () => {
      this.#threads = null
    })
  }

  /** Every thread by its id, oldest first. */
  get threads(): ReadonlyMap<string, Thread> {
    this.#threads ??= this.#parsed()
    return this.#threads
  }

  /** The number that the next comment gets. */
  get nextNumber(): number {
    const numbers = [...this.threads.values()].flatMap(({ comments }) => comments.map(({ number }) => number))
    return numbers.reduce((most, number) => Math.max(most, number), 0) + 1
  }

  readBy(person: string): Readonly<Record<string, number>> {
    const marks = [...this.threads.keys()].map((thread) => [thread, this.#read.get(keyOf(person, thread))])
    return Object.fromEntries(marks.filter(([, read]) => typeof read === 'number'))
  }

  /** Performs changes as one update; returns it. */
  change(change: (writer: CommentWriter) => void): Uint8Array {
    const before = Y.encodeStateVector(this.doc)
    const parts: Uint8Array[] = []
    const collect = (update: Uint8Array): void => {
      parts.push(update)
    }
    this.doc.on('update', collect)
    this.doc.transact(() => change(this.#writer))
    this.doc.off('update', collect)
    return parts.length === 0 ? Y.encodeStateAsUpdate(this.doc, before) : Y.mergeUpdates(parts)
  }

  readonly #writer: CommentWriter = {
    putThread: ({ comments: _, ...head }) => this.#heads.set(head.id, head satisfies Head),
    putComment: (thread, comment) => this.#comments.set(comment.id, { ...comment, thread }),
    removeThread: ({ id, comments }) => {
      this.#heads.delete(id)
      for (const comment of comments) this.#comments.delete(comment.id)
      for (const key of [...this.#read.keys()]) if (key.endsWith(` ${id}`)) this.#read.delete(key)
    },
    putRead: (person, thread, read) => this.#read.set(keyOf(person, thread), read),
  }

  #parsed(): ReadonlyMap<string, Thread> {
    const comments = [...this.#comments.values()].flatMap((value) => Kept.safeParse(value).data ?? [])
    const byThread = Map.groupBy(comments, ({ thread }) => thread)
    const threads = [...this.#heads.values()].flatMap((value) => {
      const head = Head.safeParse(value).data
      const own = head && byThread.get(head.id)?.toSorted((one, other) => one.number - other.number)
      return own ? [{ ...head, comments: own.map(({ thread: _, ...comment }) => comment) }] : []
    })
    const first = ({ comments: [comment] }: Thread): number => comment?.number ?? 0
    return new Map(threads.toSorted((one, other) => first(one) - first(other)).map((one) => [one.id, one]))
  }
}

/** The ways to change the comments, inside of `change`. */
export interface CommentWriter {
  readonly putThread: (thread: Thread) => void
  readonly putComment: (thread: string, comment: Comment) => void
  readonly removeThread: (thread: Thread) => void
  readonly putRead: (person: string, thread: string, read: number) => void
}

const keyOf = (person: string, thread: string): string => `${person} ${thread}`
