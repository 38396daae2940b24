/**
 * All sessions of this server, one per open document. Invariant: a document is held open while its session has a kernel
 * or a socket, and no socket is served before the sessions of an earlier server were looked for.
 */
import { dirname, join } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Actor } from '../../contract/actor.ts'
import { cellsOf, executionState, metadataOf, origin } from '../../contract/document.ts'
import type { HistoryState } from '../../contract/history.ts'
import type { Event } from '../../contract/session.ts'
import type { DocumentRooms } from '../document/documents.ts'
import type { LiveDocument } from '../document/live-document.ts'
import type { Store } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'
import { MissingKernelError, specNamedBy } from './missing-kernel.ts'
import { Quarantine } from './quarantine.ts'
import { type Host, recoverSessions } from './recover.ts'
import { Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'
import { StaleWatch } from './stale-watch.ts'

export interface SessionsOptions {
  readonly kernels: Kernels
  readonly store: Store
  readonly documents: DocumentRooms
  /** The project folder. */
  readonly root: string
  /** Where the history is kept, and what could not be recovered: `.yesterday/` of the root by default. */
  readonly folder?: string
  /** The kernelspec of a notebook that names none that is installed. */
  readonly defaultSpec: () => Promise<string>
  /** Keeps a kernel ready beside each that runs, so that a restart is quick. Default true. */
  readonly prewarm?: boolean
  /** Why nothing runs here; null if code may run. Default null. */
  readonly refusal?: string | null
  readonly expectedMs?: SessionOptions['expectedMs']
  /** Receives the problem if an earlier server's session could not be reattached. */
  readonly onProblem?: (problem: string) => void
  /** Receives each run of a notebook that has its terminal record. */
  readonly onRecorded?: (
    notebook: { readonly document: string; readonly path: string },
    run: Recorded,
  ) => void
}

type Recorded = Extract<Event, { type: 'recorded' }>

/** An open notebook's session, with a promise to keep it open. */
export interface Visit {
  readonly session: Session
  readonly document: LiveDocument
  /** Which cells are stale, as last sent to the clients. */
  readonly stale: Pick<StaleWatch, 'latest'>
  /** Why nothing runs here; null if code may run. */
  readonly refusal: string | null
  /** Why no kernel can be started unless a person chooses one; null where one can, or is there. */
  readonly whyNoKernel: () => Promise<string | null>
  /** Why what ran here before the server came back could not be recovered, or not whole; null where it was. */
  readonly lost: string | null
  /** How it is with the history when the visit begins. */
  readonly history: HistoryState
  /** Ends the visit; the document may then be closed. */
  leave(): void
}

/** Events that are about the notebook and not about its kernel. */
export type Announced = Extract<Event, { type: 'comments' | 'commentsRead' | 'edited' }>

export interface Sessions {
  /** The session of an open document. Throws where the document is not open. */
  of(documentId: string): Session
  /** Opens the document where it is not; null where there is none any more. */
  visit(documentId: string): Promise<Visit | null>
  /** The present session of a document; null where it has no kernel. */
  sessionOf(documentId: string): string | null
  /** The open documents whose session has a kernel, alive or dead, or starts one. */
  withKernel(): readonly string[]
  /** Sends an event to every page of an open document. */
  announce(documentId: string, event: Announced): void
  /** Notifies every page of every open notebook that settings have changed. */
  announceSettings(): void
  /** Reattaches the sessions of an earlier server. */
  recover(): Promise<void>
  /** Shuts down every kernel; settles when they are gone and that is recorded. */
  shutDownKernels(actor: Actor): Promise<void>
  /** The server stops: kernels live on. */
  close(): Promise<void>
}

interface Entry {
  readonly session: Session
  readonly document: LiveDocument
  readonly stale: StaleWatch
  visits: number
  release: (() => void) | null
}

const deleted = { id: 'server', name: 'the server, because the notebook was deleted' }

export const createSessions = (options: SessionsOptions): Sessions => new OpenSessions(options)

class OpenSessions implements Sessions {
  readonly #options: SessionsOptions
  readonly #entries = new Map<string, Entry>()
  readonly #stopNotices: () => void
  readonly #stopHealth: () => void
  #recovered: Promise<void> = Promise.resolve()
  /** Documents whose earlier session could not be recovered, or not whole. */
  readonly #lost = new Map<string, { readonly problem: string; readonly session: string | null }>()

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#stopNotices = options.documents.onNotice((id, level, _, words) => {
      this.#entries.get(id)?.session.events.emit('event', { type: 'notice', level, ...words })
    })
    this.#stopHealth = options.store.health.onChange((state) => {
      for (const { session } of this.#entries.values())
        session.events.emit('event', { type: 'history', state })
    })
  }

  of(documentId: string): Session {
    return this.#entry(documentId).session
  }

  async visit(documentId: string): Promise<Visit | null> {
    await this.#recovered
    if ((await this.#options.documents.openById(documentId)) === null) return null
    const entry = this.#entry(documentId)
    entry.visits++
    entry.stale.start()
    entry.session.own.start()
    this.#keep(entry)
    const leave = (): void => {
      entry.visits--
      if (entry.visits === 0) {
        inBackground(entry.stale.stop(), 'looking for stale cells')
        entry.session.own.stop()
      }
      this.#keep(entry)
    }
    const { session, document, stale } = entry
    // A new session has begun since: the old one is not missed any more.
    if (this.#lost.get(documentId)?.session !== this.sessionOf(documentId)) this.#lost.delete(documentId)
    return {
      session,
      document,
      stale,
      lost: this.#lost.get(documentId)?.problem ?? null,
      history: this.#options.store.health.state,
      leave,
      refusal: this.#options.refusal ?? null,
      whyNoKernel: () => this.#whyNoKernel(entry),
    }
  }

  sessionOf(documentId: string): string | null {
    const session = this.#entries.get(documentId)?.session
    return session?.isActive ? session.view().session : null
  }

  announce(documentId: string, event: Announced): void {
    this.#entries.get(documentId)?.session.events.emit('event', event)
  }

  announceSettings(): void {
    for (const { session } of this.#entries.values()) session.events.emit('event', { type: 'settings' })
  }

  withKernel(): readonly string[] {
    const entries = [...this.#entries.values()]
    return entries
      .filter(({ session }) => session.view().kernel.state !== 'none')
      .map(({ document }) => document.id)
  }

  recover(): Promise<void> {
    const { store, kernels, documents, onProblem = () => undefined } = this.#options
    const hostOf = async (documentId: string): Promise<Host | null> => {
      const document = await documents.openById(documentId)
      return document === null ? null : { session: this.of(documentId), doc: document.doc }
    }
    const report = (documentId: string | null, problem: string): void => {
      if (documentId !== null) this.#lost.set(documentId, { problem, session: this.sessionOf(documentId) })
      onProblem(problem)
    }
    const quarantine = new Quarantine(this.#options.folder ?? join(this.#options.root, FOLDER), kernels)
    const recovering = recoverSessions({ store, kernels, hostOf, quarantine, onProblem: report })
    this.#recovered = recovering.catch(() => undefined)
    return recovering
  }

  async shutDownKernels(actor: Actor): Promise<void> {
    const active = [...this.#entries.values()].filter(({ session }) => session.isActive)
    for (const { session } of active) session.shutdown(actor)
    await Promise.all(active.map(({ session }) => session.settled()))
  }

  async close(): Promise<void> {
    this.#stopNotices()
    this.#stopHealth()
    await this.#recovered
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map(({ session }) => session.close()))
    await Promise.all(entries.map(({ stale }) => stale.stop()))
    for (const { session } of entries) session.own.stop()
    for (const { release } of entries) release?.()
  }

  #entry(documentId: string): Entry {
    const document = this.#options.documents.live(documentId)
    if (document === null) throw new Error(`document ${documentId} is not open`)
    const known = this.#entries.get(documentId)
    return known?.document === document ? known : this.#make(document)
  }

  #make(document: LiveDocument): Entry {
    resetStates(document)
    const { kernels, store, root, prewarm = true, expectedMs } = this.#options
    const cwd = () => dirname(join(root, document.path))
    const session = new Session({
      kernels,
      store,
      doc: document.doc,
      documentId: document.id,
      path: () => document.path,
      cwd,
      defaultSpec: () => this.#specOf(document),
      allowStdin: true,
      prewarm,
      trustsHistory: (this.#options.refusal ?? null) === null,
      ...(expectedMs === undefined ? {} : { expectedMs }),
    })
    const { doc, id: notebookId } = document
    const stale = new StaleWatch({
      doc,
      session,
      index: store.index,
      secrets: store.secrets,
      notebookId,
      cwd,
    })
    const entry: Entry = { session, document, stale, visits: 0, release: null }
    this.#entries.set(document.id, entry)
    session.events.on('changed', () => this.#keep(entry))
    session.events.on('event', (event) => {
      if (event.type === 'recorded')
        this.#options.onRecorded?.({ document: document.id, path: document.path }, event)
    })
    document.onGone(() => {
      session.shutdown(deleted)
      this.#forget(entry)
    })
    return entry
  }

  /** Holds the document while it is in use; an unused session is forgotten with it. */
  #keep(entry: Entry): void {
    const { session, document } = entry
    const { documents } = this.#options
    const isNeeded = entry.visits > 0 || session.isActive
    if (isNeeded && entry.release === null && documents.live(document.id) === document)
      entry.release = documents.hold(document.id)
    if (isNeeded || entry.release === null) return
    entry.release()
    entry.release = null
    this.#forget(entry)
  }

  #forget(entry: Entry): void {
    const { id } = entry.document
    if (this.#entries.get(id) === entry) this.#entries.delete(id)
  }

  /** The kernelspec that the notebook names; the default where it names none. Throws `MissingKernelError`. */
  async #specOf({ doc }: LiveDocument): Promise<string> {
    const own = await specNamedBy(this.#options.kernels, metadataOf(doc)?.toJSON())
    return own ?? (await this.#options.defaultSpec())
  }

  /** Why no kernel can be started without a choice; null where one can, or is there. */
  async #whyNoKernel({ session, document }: Entry): Promise<string | null> {
    if (session.kernel !== null || session.view().kernel.state === 'starting') return null
    try {
      await specNamedBy(this.#options.kernels, metadataOf(document.doc)?.toJSON())
      return null
    } catch (error) {
      if (error instanceof MissingKernelError) return `${error.message} ${error.hint}`
      throw error
    }
  }
}

/** No run outlives its session: what a cell still shows of one that a crash cut off is not so any more. */
function resetStates({ doc }: LiveDocument): void {
  const stale = cellsOf(doc)
    .toArray()
    .filter((cell) => executionState(cell) !== 'idle')
  if (stale.length === 0) return
  doc.transact(() => {
    for (const cell of stale) cell.set('execution_state', 'idle')
  }, origin.server)
}
