/**
 * Comments of all notebooks. Invariant: author and time come from the caller's connection and this clock. Anchors follow
 * the edits of an open notebook and are kept when it is calm.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import type * as Y from 'yjs'
import type { Actor } from '../../contract/actor.ts'
import { followed } from '../../contract/anchors.ts'
import {
  type Anchor,
  type ChangedThread,
  COMMENT_LIMITS,
  type Comment,
  type NotebookComments as Listed,
  type NewThread,
  type SourceAnchor,
  type Thread,
  type ThreadChange,
} from '../../contract/comments.ts'
import { cellSource, findCell } from '../../contract/document.ts'
import { Quota, type QuotaLimits } from '../connection/quota.ts'
import type { DocumentRooms } from '../document/documents.ts'
import type { Refusal } from '../document/ports.ts'
import type { UpdateLog } from '../store/ports.ts'
import { mentionsIn } from './mentions.ts'
import { actorOf, type CommentsChange, NotebookComments } from './notebook-comments.ts'
import { type ChangeFacts, changeThread, newComment } from './thread-changes.ts'

export interface CommentsInit {
  readonly updates: UpdateLog
  readonly documents: Pick<DocumentRooms, 'openById'>
  /** Who can be mentioned. */
  readonly people: () => readonly Actor[]
  /** Masks secrets in what people write. */
  readonly mask: (text: string) => string
  readonly newId: () => string
  readonly now?: () => string
  /** How long a notebook is calm before anchors are kept, ms. */
  readonly calmMs?: number
  /** What one person may change, in all notebooks. */
  readonly changes?: QuotaLimits
}

export type CommentAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal }

/** Calls back with what changed in a notebook, or what a person has read. */
export interface CommentsListener {
  readonly changed: (notebook: string, change: CommentsChange) => void
  readonly read: (notebook: string, person: string, thread: string, read: number) => void
  /** A comment was written: the last of its thread. */
  readonly written?: (notebook: string, thread: Thread, comment: Comment) => void
}

interface Open {
  readonly doc: Y.Doc
  readonly kept: NotebookComments
  /** Source anchors of threads as they are now; null until they were read. */
  anchors: Map<string, SourceAnchor> | null
  timer: NodeJS.Timeout | null
}

const CALM_MS = 1000
const CHANGES = { burst: 60, perSecond: 1 }
const MOST_QUOTAS = 1000

export class Comments {
  readonly #init: Required<CommentsInit>
  readonly #open = new Map<string, Open>()
  readonly #listeners = new Set<CommentsListener>()
  readonly #quotas = new Map<string, Quota>()

  constructor(init: CommentsInit) {
    this.#init = { now: () => new Date().toISOString(), calmMs: CALM_MS, changes: CHANGES, ...init }
  }

  onChange(listener: CommentsListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async list(notebook: string, person: Actor): Promise<CommentAnswer<Listed>> {
    const open = await this.#opened(notebook)
    if (open === null) return refused(notOpen)
    const doc = await open.kept.read()
    const threads = [...doc.threads.values()]
    return { ok: true, value: { threads, read: doc.readBy(person.id), people: [...this.#init.people()] } }
  }

  async begin(notebook: string, person: Actor, { anchor, text }: NewThread): Promise<CommentAnswer<Thread>> {
    const open = await this.#opened(notebook)
    if (open === null) return refused(notOpen)
    if (!this.#mayChange(person)) return refused(tooFast)
    const quote = this.#init.mask(quoteOf(open.doc, anchor))
    const thread = await open.kept.change((now, write) => {
      if (now.threads.size >= COMMENT_LIMITS.threads) return null
      const comment = newComment(this.#init.mask(text), this.#facts(person, now.nextNumber))
      const made: Thread = {
        id: this.#init.newId(),
        anchor: this.#masked(anchor),
        quote,
        resolved: null,
        comments: [comment],
      }
      write((writer) => {
        writer.putThread(made)
        writer.putComment(made.id, comment)
        writer.putRead(person.id, made.id, comment.number)
      })
      return made
    })
    if (thread === null) return refused(notebookFull)
    if (open.anchors !== null && thread.anchor.on === 'source') open.anchors.set(thread.id, thread.anchor)
    this.#changed(notebook, { threads: [thread], gone: [] })
    this.#written(notebook, thread)
    return { ok: true, value: thread }
  }

  async change(
    notebook: string,
    id: string,
    person: Actor,
    change: ThreadChange,
  ): Promise<CommentAnswer<ChangedThread>> {
    const open = await this.#opened(notebook)
    if (open === null) return refused(notOpen)
    if (!this.#mayChange(person)) return refused(tooFast)
    const asked = 'text' in change ? { ...change, text: this.#init.mask(change.text) } : change
    const result = await open.kept.change((now, write) => {
      const thread = now.threads.get(id)
      if (thread === undefined) return { ok: false as const, refusal: threadGone }
      const made = changeThread(thread, asked, this.#facts(person, now.nextNumber))
      if (!made.ok) return made
      write((writer) => {
        if (made.thread === null) return writer.removeThread(thread)
        writer.putThread(made.thread)
        for (const comment of made.comments) writer.putComment(id, comment)
        if (asked.type === 'reply') writer.putRead(person.id, id, made.comments[0]?.number ?? 0)
      })
      return made
    })
    if (!result.ok) return result
    if (change.type === 'edit' || change.type === 'delete') await open.kept.compact()
    const { thread } = result
    if (thread === null) open.anchors?.delete(id)
    this.#changed(notebook, thread === null ? { threads: [], gone: [id] } : { threads: [thread], gone: [] })
    if (thread !== null && change.type === 'reply') this.#written(notebook, thread)
    return { ok: true, value: { thread } }
  }

  /** Moves the read mark of a person forward, never back. Returns where it is. */
  async read(
    notebook: string,
    id: string,
    person: Actor,
    read: number,
  ): Promise<CommentAnswer<{ read: number }>> {
    const open = await this.#opened(notebook)
    if (open === null) return refused(notOpen)
    const result = await open.kept.change((now, write) => {
      const last = now.threads.get(id)?.comments.at(-1)?.number
      if (last === undefined) return null
      const before = now.readBy(person.id)[id] ?? 0
      const next = Math.max(before, Math.min(read, last))
      if (next !== before) write(({ putRead }) => putRead(person.id, id, next))
      return next
    })
    if (result === null) return refused(threadGone)
    for (const listener of this.#listeners) listener.read(notebook, person.id, id, result)
    return { ok: true, value: { read: result } }
  }

  /** Keeps anchors that wait for calm. */
  async close(): Promise<void> {
    const waiting = [...this.#open].filter(([, { timer }]) => timer !== null)
    await Promise.all(waiting.map(([notebook, open]) => this.#keepAnchors(notebook, open)))
  }

  async #opened(notebook: string): Promise<Open | null> {
    const live = await this.#init.documents.openById(notebook)
    if (live === null) return null
    const known = this.#open.get(notebook)
    if (known?.doc === live.doc) return known
    const kept = new NotebookComments(notebook, this.#init.updates, this.#init.newId)
    const open: Open = { doc: live.doc, kept, anchors: null, timer: null }
    this.#open.set(notebook, open)
    live.doc.on('update', () => this.#edited(notebook, open))
    live.doc.on('destroy', () => {
      if (this.#open.get(notebook) === open) this.#open.delete(notebook)
    })
    const { threads } = await kept.read()
    open.anchors = new Map(
      [...threads.values()].flatMap(({ id, anchor }) => (anchor.on === 'source' ? [[id, anchor]] : [])),
    )
    this.#edited(notebook, open)
    return open
  }

  #edited(notebook: string, open: Open): void {
    let isChanged = false
    for (const [thread, anchor] of open.anchors ?? []) {
      const next = followed(open.doc, anchor)
      if (next === anchor) continue
      open.anchors?.set(thread, next)
      isChanged = true
    }
    if (!isChanged || open.timer !== null) return
    open.timer = setTimeout(
      () => inBackground(this.#keepAnchors(notebook, open), 'keeping the anchors of comments'),
      this.#init.calmMs,
    )
  }

  async #keepAnchors(notebook: string, open: Open): Promise<void> {
    if (open.timer !== null) clearTimeout(open.timer)
    open.timer = null
    const threads = await open.kept.change((now, write) => {
      const moved = [...now.threads.values()].flatMap((thread) => {
        const anchor = open.anchors?.get(thread.id)
        return anchor === undefined ? [] : [{ ...thread, anchor: this.#masked(anchor) }]
      })
      const changed = moved.filter(({ id, anchor }) => !isSame(anchor, now.threads.get(id)?.anchor))
      if (changed.length > 0) write(({ putThread }) => changed.forEach(putThread))
      return changed
    })
    if (threads.length > 0) this.#changed(notebook, { threads, gone: [] })
  }

  #facts(person: Actor, number: number): ChangeFacts {
    const { now, newId, people } = this.#init
    return {
      by: actorOf(person),
      at: now(),
      newId,
      number,
      mentions: (text) => mentionsIn(text, people()),
    }
  }

  #masked(anchor: Anchor): Anchor {
    if (anchor.on !== 'source') return anchor
    const { mask } = this.#init
    const { quote, before, after } = anchor
    return { ...anchor, quote: mask(quote), before: mask(before), after: mask(after) }
  }

  #mayChange({ id }: Actor): boolean {
    const quota = this.#quotas.get(id) ?? new Quota(this.#init.changes)
    this.#quotas.delete(id)
    this.#quotas.set(id, quota)
    const [oldest] = this.#quotas.keys()
    if (this.#quotas.size > MOST_QUOTAS && oldest !== undefined) this.#quotas.delete(oldest)
    return quota.take(1)
  }

  #written(notebook: string, thread: Thread): void {
    const comment = thread.comments.at(-1)
    if (comment === undefined) return
    for (const listener of this.#listeners) listener.written?.(notebook, thread, comment)
  }

  #changed(notebook: string, change: CommentsChange): void {
    for (const listener of this.#listeners) listener.changed(notebook, change)
  }
}

const isSame = (one: Anchor, other: Anchor | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** What the thread is about, in the words of the notebook: the selection, or the beginning of the cell's source. */
function quoteOf(doc: Y.Doc, anchor: Anchor): string {
  if (anchor.on === 'source') return anchor.quote
  const cell = anchor.cell === null ? null : findCell(doc, anchor.cell)
  return cell === null ? '' : cellSource(cell.cell).toString().slice(0, QUOTED)
}
const QUOTED = 300

const refused = (refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal,
})

const notOpen: Refusal = {
  code: 'missing',
  status: 404,
  message: 'There is no such notebook.',
  hint: 'Open it again.',
}
const threadGone: Refusal = { code: 'missing', status: 404, message: 'This thread was deleted.' }
const tooFast: Refusal = {
  code: 'tooFast',
  status: 429,
  message: 'You comment faster than the server takes it.',
  hint: 'Wait a minute, then send it again.',
}
const notebookFull: Refusal = {
  code: 'tooMany',
  status: 409,
  message: `This notebook has ${COMMENT_LIMITS.threads} threads, which is the most.`,
  hint: 'Delete threads that are done.',
}
