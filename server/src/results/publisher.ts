/**
 * Saves what a program's own kernel showed into the notebook as it is at that time: through the server that has the
 * project, so that open pages show it too, else in this process. Invariant: only outputs, counts and the name of the
 * kernel are written, never a source that was read earlier; what cannot be saved is reported.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { stateOf } from '../../contract/document.ts'
import type { CellResult } from '../../contract/results.ts'
import type { NotebookForm } from '../document/cell-form.ts'
import { readForm } from '../document/document-form.ts'
import type { DocumentRooms } from '../document/documents.ts'
import type { LiveDocument } from '../document/live-document.ts'
import type { Refusal } from '../document/ports.ts'
import type { Store } from '../store/ports.ts'
import { ServerLock } from '../user/server-lock.ts'
import { withDocument } from './in-process.ts'
import { isReplaced, placeKernel, placeResult } from './place-result.ts'
import { type Answer, ServerClient } from './server-client.ts'

export interface PublisherInit {
  /** The project folder's real path. */
  readonly root: string
  /** The notebook, below it. */
  readonly path: string
  readonly store: Store
  /** Reports to a person what could not be shown or saved. */
  readonly warn: (text: string) => void
}

/** How long to wait before the server is asked again, ms. */
const RETRY_MS = 1000
/** How often a server that fails is asked before the results count as not saved. */
const TRIES = 30

export class ResultPublisher {
  readonly #init: PublisherInit
  /** Results that are not saved yet, by run, in the order of the runs. */
  readonly #waiting = new Map<string, CellResult>()
  #kernel: NotebookForm['metadata'] = {}
  #sending: Promise<unknown> = Promise.resolve()

  constructor(init: PublisherInit) {
    this.#init = init
  }

  /** The notebook as it is now: in the server's document where it has one, with edits that no file has yet. */
  start(): Promise<Answer<NotebookForm>> {
    return this.#atServerOrHere(
      (server) => this.#readAt(server),
      async ({ doc, writable }) => this.#asWritable(readForm(doc), writable),
    )
  }

  /** A run is recorded. A server that has the project shows its result now; else it is saved by `finish`. */
  add(result: CellResult): void {
    this.#waiting.set(result.recorded.run, result)
    this.#sending = this.#sending.then(() => this.#sendNow()).catch(() => undefined)
  }

  /** Saves what is not saved yet, and the kernel's name from these metadata. Null when all is saved; else why not. */
  async finish(kernel: NotebookForm['metadata']): Promise<Refusal | null> {
    await this.#sending
    this.#kernel = kernel
    const saved = await this.#atServerOrHere(
      (server) => this.#publish(server),
      (document, documents) => this.#saveIn(document, documents),
    )
    return saved.ok ? null : saved.refusal
  }

  async #sendNow(): Promise<void> {
    const server = await this.#server()
    if (server !== null) await this.#publish(server)
  }

  async #server(): Promise<ServerClient | null> {
    const holder = await ServerLock.holder(this.#init.root)
    return holder !== null && holder.port > 0 && holder.purpose === 'serve' ? new ServerClient(holder) : null
  }

  /** Servers come and go meanwhile: each try looks who has the project now. */
  async #atServerOrHere<T>(
    atServer: (server: ServerClient) => Promise<Answer<T>>,
    here: (document: LiveDocument, documents: DocumentRooms) => Promise<Answer<T>>,
  ): Promise<Answer<T>> {
    let problem = 'the server is still starting'
    for (let tries = 0; tries < TRIES; tries++) {
      const server = await this.#server()
      try {
        if (server !== null) return await atServer(server)
        const done = await withDocument(this.#init, here)
        if (done.kind === 'done') return done.value
        if (done.kind === 'refused') return { ok: false, refusal: done.refusal }
      } catch (error) {
        if (server === null) throw error
        problem = error instanceof Error ? error.message : String(error)
      }
      await sleep(RETRY_MS)
    }
    return { ok: false, refusal: notReached(this.#init.path, problem) }
  }

  async #readAt(server: ServerClient): Promise<Answer<NotebookForm>> {
    const { path, store } = this.#init
    const opened = await server.open(path)
    if (!opened.ok) return opened
    const read = await server.read(path)
    if (!read.ok) return read
    for (const bytes of read.value.large.values()) await store.objects.put(bytes)
    return this.#asWritable(read.value.file.form, opened.value.writable)
  }

  #asWritable(form: NotebookForm, writable: boolean): Answer<NotebookForm> {
    return writable ? { ok: true, value: form } : { ok: false, refusal: readOnlyFile(this.#init.path) }
  }

  async #publish(server: ServerClient): Promise<Answer<null>> {
    const opened = await server.open(this.#init.path)
    if (!opened.ok) return opened
    const { documentId } = opened.value
    // One request each: none is larger than the server takes.
    for (const [run, result] of this.#waiting) {
      const answer = await server.publish(documentId, { results: [result] })
      if (!answer.ok) return answer
      this.#waiting.delete(run)
    }
    return server.publish(documentId, { results: [], kernel: { ...this.#kernel } })
  }

  async #saveIn(document: LiveDocument, documents: DocumentRooms): Promise<Answer<null>> {
    const { store, path, warn } = this.#init
    let problem: string | null = null
    documents.onNotice((_, level, text) => {
      if (level === 'error') problem ??= text
      else warn(text)
    })
    placeKernel(document.doc, this.#kernel)
    for (const result of this.#waiting.values())
      if (!(await isReplaced(store.index, document.id, result.recorded))) placeResult(document.doc, result)
    await documents.save(document.id)
    this.#waiting.clear()
    if (stateOf(document.doc).get('dirty') !== true) return { ok: true, value: null }
    const message = problem ?? `Could not save "${path}".`
    return { ok: false, refusal: { code: 'notWritten', status: 500, message } }
  }
}

const readOnlyFile = (path: string): Refusal => ({
  code: 'readOnly',
  status: 403,
  message: `"${path}" is read-only, and --save writes it.`,
  hint: 'Nothing was run. Leave out --save, or make the file writable: chmod u+w FILE',
})

const notReached = (path: string, problem: string): Refusal => ({
  code: 'notReached',
  status: 503,
  message: `Could not save "${path}": the server that has this project does not take it (${problem}).`,
})
