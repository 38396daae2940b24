/**
 * The comments of an open notebook in this page. Invariant: `threads` has what the server answered last, with each change
 * that the session sent since; a connection that comes back is asked for all again.
 */
import {
  type Anchor,
  ChangedThread,
  NotebookComments,
  ReadMark,
  Thread,
  type ThreadChange,
} from '@yesterday/server/contract/comments.ts'
import type { Actor } from '@yesterday/server/contract/session.ts'
import { type Answer, api, type Problem } from '../api/api.ts'
import { me } from '../api/me-store.ts'
import { Keyed, type KeyedObservable } from '../state/keyed.ts'
import { Watched } from '../state/observable.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import type { CommentsChanged, SessionSocket } from './session-socket.ts'
import {
  byCell,
  type CellComments,
  lastNumber,
  type ReadMarks,
  sameCount,
  type ThreadFilter,
  unreadIn,
  written,
} from './threads.ts'

/** A thread that is being begun: what it is about, in the words of the notebook. */
export interface Draft {
  readonly anchor: Anchor
  readonly quote: string
}

export class CommentStore {
  readonly threads = new Watched<ReadonlyMap<string, Thread>>(new Map())
  readonly read = new Watched<ReadMarks>({})
  readonly people = new Watched<readonly Actor[]>([])
  /** Why the comments could not be loaded; `loading` before the first answer; null once they are here. */
  readonly problem = new Watched<Problem | 'loading' | null>('loading')
  readonly draft = new Watched<Draft | null>(null)
  readonly filter = new Watched<ThreadFilter>('open')
  /** The thread to which the panel scrolls. */
  readonly chosen = new Watched<string | null>(null)
  readonly #url: string
  readonly #counts = new Keyed<CellComments>(sameCount)
  readonly #stops: readonly (() => void)[]
  /** For each list that is on its way, the changes that came since it was asked for. */
  readonly #meanwhile = new Set<CommentsChanged[]>()

  constructor(notebook: string, session: SessionSocket) {
    this.#url = `/api/notebooks/${encodeURIComponent(notebook)}/comments`
    const count = (): void => this.#counts.set(byCell(this.threads.get().values(), this.read.get(), myId()))
    this.#stops = [
      session.comments.listen((change) => this.#take(change)),
      session.commentsRead.listen(({ thread, read }) => this.#markRead(thread, read)),
      session.connected.subscribe(() => {
        if (session.connected.get()) void this.load()
      }),
      this.threads.subscribe(count),
      this.read.subscribe(count),
      me.subscribe(count),
    ]
  }

  /** By cell id. */
  get counts(): KeyedObservable<CellComments> {
    return this.#counts
  }

  readonly load = async (): Promise<void> => {
    const changes: CommentsChanged[] = []
    this.#meanwhile.add(changes)
    const answer = await api.get(NotebookComments, this.#url)
    this.#meanwhile.delete(changes)
    if (!answer.ok) {
      if (this.problem.get() !== null) this.problem.set(answer.problem)
      return
    }
    this.threads.set(new Map(answer.value.threads.map((thread) => [thread.id, thread])))
    this.read.set(answer.value.read)
    this.people.set(answer.value.people)
    this.problem.set(null)
    for (const change of changes) this.#put(change)
  }

  async begin(anchor: Anchor, text: string): Promise<Answer<Thread>> {
    const answer = await api.send(Thread, this.#url, 'POST', { anchor, text })
    if (!answer.ok) return answer
    this.#put({ threads: [answer.value], gone: [] })
    this.#markRead(answer.value.id, lastNumber(answer.value))
    return answer
  }

  async change(thread: string, change: ThreadChange): Promise<Answer<ChangedThread>> {
    const answer = await api.send(ChangedThread, `${this.#url}/${encodeURIComponent(thread)}`, 'POST', change)
    if (!answer.ok) return answer
    const now = answer.value.thread
    this.#put(now === null ? { threads: [], gone: [thread] } : { threads: [now], gone: [] })
    return answer
  }

  /** Marks all comments of a thread as read, here at once. */
  markRead(thread: Thread): void {
    if (unreadIn(thread, this.read.get(), myId()).length === 0) return
    const read = lastNumber(thread)
    this.#markRead(thread.id, read)
    // If it fails, the mark comes back with the next load.
    void api.send(ReadMark, `${this.#url}/${encodeURIComponent(thread.id)}/read`, 'PUT', { read })
  }

  markAllRead(threads: readonly Thread[]): void {
    for (const thread of threads) this.markRead(thread)
  }

  close(): void {
    for (const stop of this.#stops) stop()
  }

  #take(change: CommentsChanged): void {
    for (const changes of this.#meanwhile) changes.push(change)
    for (const thread of change.threads) this.#announce(thread)
    this.#put(change)
  }

  #put({ threads, gone }: Pick<CommentsChanged, 'threads' | 'gone'>): void {
    const now = new Map(this.threads.get())
    for (const thread of threads) now.set(thread.id, thread)
    for (const id of gone) now.delete(id)
    this.threads.set(now)
  }

  /** Says who mentions this person, or replied to them, in a comment that is new here. */
  #announce(thread: Thread): void {
    const known = this.threads.get().get(thread.id)
    const before = known === undefined ? 0 : lastNumber(known)
    const isWriter = written(thread).some(({ author }) => author.id === myId())
    for (const { number, mentions, author } of unreadIn(thread, this.read.get(), myId())) {
      if (number <= before) continue
      if (mentions.some(({ id }) => id === myId()))
        notify('info', t('comments.mentioned', { name: author.name }))
      else if (isWriter) notify('info', t('comments.replied', { name: author.name }))
    }
  }

  #markRead(thread: string, read: number): void {
    const now = this.read.get()
    if ((now[thread] ?? 0) < read) this.read.set({ ...now, [thread]: read })
  }
}

/** The id of the person at this page; empty before it is known. */
export const myId = (): string => me.get()?.actor.id ?? ''
