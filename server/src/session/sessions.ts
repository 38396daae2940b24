/**
 * All sessions of this server, one per open document. Invariant: a document is held open while its session has a kernel
 * or a socket, and no socket is served before the sessions of an earlier server were looked for.
 */
import { dirname, join } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { cellsOf, executionState, metadataOf, origin } from '../../contract/document.ts'
import type { DocumentRooms } from '../document/documents.ts'
import type { LiveDocument } from '../document/live-document.ts'
import type { Store } from '../store/ports.ts'
import { type Host, recoverSessions } from './recover.ts'
import { Session } from './session.ts'
import { StaleWatch } from './stale-watch.ts'

export interface SessionsOptions {
  readonly kernels: Kernels
  readonly store: Store
  readonly documents: DocumentRooms
  /** The project folder. */
  readonly root: string
  /** The kernelspec of a notebook that names none that is installed. */
  readonly defaultSpec: () => Promise<string>
  /** Keeps a kernel ready beside each that runs, so that a restart is quick. Default true. */
  readonly prewarm?: boolean
  /** Told of a session of an earlier server that could not be taken up. */
  readonly onProblem?: (problem: string) => void
}

/** An open notebook's session, with a promise to keep it open. */
export interface Visit {
  readonly session: Session
  readonly document: LiveDocument
  /** Which cells are stale, as every client is told when that changes. */
  readonly stale: Pick<StaleWatch, 'told'>
  /** What ran here before the server came back could not be taken up; the log of the server says why. */
  readonly isLost: boolean
  /** Ends the visit; the document may then be closed. */
  leave(): void
}

export interface Sessions {
  /** The session of an open document. Throws where the document is not open. */
  of(documentId: string): Session
  /** Opens the document where it is not; null where there is none any more. */
  visit(documentId: string): Promise<Visit | null>
  /** The present session of the notebook at `path`; null where no kernel lives. */
  sessionAt(path: string): string | null
  /** Takes up what an earlier server left. */
  recover(): Promise<void>
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

const NamedSpec = z.object({ name: z.string() })
const deleted = { id: 'server', name: 'the server, because the notebook was deleted' }

export const createSessions = (options: SessionsOptions): Sessions => new OpenSessions(options)

class OpenSessions implements Sessions {
  readonly #options: SessionsOptions
  readonly #entries = new Map<string, Entry>()
  readonly #stopNotices: () => void
  #recovered: Promise<void> = Promise.resolve()
  /** Documents whose earlier session could not be taken up. */
  readonly #lost = new Set<string>()

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#stopNotices = options.documents.onNotice((id, level, text) => {
      this.#entries.get(id)?.session.events.emit('event', { type: 'notice', level, text })
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
    this.#keep(entry)
    const leave = (): void => {
      entry.visits--
      if (entry.visits === 0) void entry.stale.stop()
      this.#keep(entry)
    }
    const { session, document, stale } = entry
    // A new session has begun since: the old one is not missed any more.
    if (session.isActive) this.#lost.delete(documentId)
    return { session, document, stale, isLost: this.#lost.has(documentId), leave }
  }

  sessionAt(path: string): string | null {
    const entry = [...this.#entries.values()].find(({ document }) => document.path === path)
    return entry?.session.isActive ? entry.session.view().session : null
  }

  recover(): Promise<void> {
    const { store, kernels, documents, onProblem = () => undefined } = this.#options
    const hostOf = async (documentId: string): Promise<Host | null> => {
      const document = await documents.openById(documentId)
      return document === null ? null : { session: this.of(documentId), doc: document.doc }
    }
    const tell = (documentId: string | null, problem: string): void => {
      if (documentId !== null) this.#lost.add(documentId)
      onProblem(problem)
    }
    const recovering = recoverSessions({ store, kernels, hostOf, onProblem: tell })
    this.#recovered = recovering.catch(() => undefined)
    return recovering
  }

  async close(): Promise<void> {
    this.#stopNotices()
    await this.#recovered
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map(({ session }) => session.close()))
    await Promise.all(entries.map(({ stale }) => stale.stop()))
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
    const { kernels, store, root, prewarm = true } = this.#options
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
    })
    const path = () => document.path
    const stale = new StaleWatch({ doc: document.doc, session, index: store.index, path, cwd })
    const entry: Entry = { session, document, stale, visits: 0, release: null }
    this.#entries.set(document.id, entry)
    session.events.on('changed', () => this.#keep(entry))
    document.onGone(() => {
      session.shutdown(deleted)
      this.#forget(entry)
    })
    return entry
  }

  /** Holds the document while somebody needs it; a session that nobody needs is forgotten with it. */
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

  /** The notebook's own kernelspec where it is installed. */
  async #specOf({ doc }: LiveDocument): Promise<string> {
    const named = NamedSpec.safeParse(metadataOf(doc).get('kernelspec'))
    const specs = named.success ? await this.#options.kernels.specs() : []
    const own = specs.find(({ name }) => name === named.data?.name)
    return own?.name ?? (await this.#options.defaultSpec())
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
