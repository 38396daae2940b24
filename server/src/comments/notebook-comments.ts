/**
 * The comments of one open notebook. Invariant: a change is durable before it is answered or shown to anyone; changes are
 * made one at a time. After a failed write the comments are read again, so that memory never has more than the log.
 */
import type { Actor } from '../../contract/actor.ts'
import type { Thread } from '../../contract/comments.ts'
import { compacted } from '../document/compaction.ts'
import type { UpdateLog } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'
import { CommentDoc, type CommentWriter } from './comment-doc.ts'

/** What changed, for pages. */
export interface CommentsChange {
  readonly threads: readonly Thread[]
  readonly gone: readonly string[]
}

/** More updates than this become one when the comments are opened. */
const COMPACT_AFTER = 200

export class NotebookComments {
  readonly #notebook: string
  readonly #updates: UpdateLog
  readonly #epoch: () => string
  #kept: CommentDoc | null = null
  /** True once the log has a document for the comments. */
  #isStored = false
  #last: Promise<unknown> = Promise.resolve()

  /** `notebook` is its document's id; `epoch` makes a random one. */
  constructor(notebook: string, updates: UpdateLog, epoch: () => string) {
    this.#notebook = notebook
    this.#updates = updates
    this.#epoch = epoch
  }

  /** Reads the comments once all changes before are durable. */
  read(): Promise<CommentDoc> {
    return this.#inTurn(() => this.#open())
  }

  /** Calls `change` with the comments as they are; what it writes is durable when the promise settles. */
  change<T>(
    change: (now: CommentDoc, write: (step: (writer: CommentWriter) => void) => void) => T,
  ): Promise<T> {
    return this.#inTurn(async () => {
      const doc = await this.#open()
      const parts: Uint8Array[] = []
      const answer = change(doc, (step) => {
        parts.push(doc.change(step))
      })
      try {
        if (parts.length > 0) await this.#append(doc, parts)
      } catch (error) {
        this.#kept = null
        throw error
      }
      return answer
    })
  }

  /** Makes the stored comments one update: what was deleted or edited is in no file of the log afterwards. */
  compact(): Promise<void> {
    return this.#inTurn(async () => {
      const stored = await this.#updates.load(this.#id)
      if (stored === null || stored.updates.length < 2) return
      await this.#updates.replace(this.#id, compacted(new CommentDoc(stored.updates).doc), stored.lastSeq)
    })
  }

  get #id(): string {
    return commentsId(this.#notebook)
  }

  async #open(): Promise<CommentDoc> {
    if (this.#kept !== null) return this.#kept
    const stored = await this.#updates.load(this.#id)
    this.#isStored = stored !== null
    const kept = new CommentDoc(stored?.updates)
    if (stored !== null && stored.updates.length > COMPACT_AFTER)
      await this.#updates.replace(this.#id, compacted(kept.doc), stored.lastSeq)
    this.#kept = kept
    return kept
  }

  async #append(doc: CommentDoc, parts: readonly Uint8Array[]): Promise<void> {
    if (this.#isStored) return this.#updates.append(this.#id, parts)
    const [id, epoch] = [this.#id, this.#epoch()]
    const seed = compacted(doc.doc)
    await this.#updates.create({ documentId: id, epoch, path: `${FOLDER}/comments/${this.#notebook}`, seed })
    this.#isStored = true
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** The id under which the update log keeps a notebook's comments: no notebook has it, as it has a dot. */
const commentsId = (notebook: string): string => `comments.${notebook}`

/** A person as comments name them. */
export const actorOf = ({ id, name }: Actor): Actor => ({ id, name })
