/**
 * This side of the writing thread: a request becomes a promise that settles when it is durable or refused. What is
 * asked in one turn of the event loop goes over together, so that it is committed together.
 */
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { isStoreErrorCode, StoreError } from './errors.ts'
import type { StorePaths } from './project-folder.ts'
import type { Numbered, WriteAnswer, WriteRequest } from './write-request.ts'

interface Waiting {
  readonly resolve: (value: number) => void
  readonly reject: (error: StoreError) => void
}

/** Where requests to write go. */
export interface Requests {
  request(request: WriteRequest, transfer?: readonly ArrayBuffer[]): Promise<number>
  close(): Promise<void>
}

export class Writer implements Requests {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #onRefused: (error: StoreError) => void
  #asked: Numbered[] = []
  #transfer: ArrayBuffer[] = []
  #last = 0
  #closed = false

  /** Starts the thread; settles when the database is open, migrated and indexed. */
  static async open(paths: StorePaths, onRefused: (error: StoreError) => void): Promise<Writer> {
    const writer = new Writer(paths, onRefused)
    await writer.#wait(0)
    return writer
  }

  private constructor(paths: StorePaths, onRefused: (error: StoreError) => void) {
    this.#onRefused = onRefused
    this.#worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData: paths,
      env: { ...process.env, ...keptCompiled() },
    })
    this.#worker.on('message', (answers: readonly WriteAnswer[]) => {
      for (const answer of answers) this.#settle(answer)
    })
    this.#worker.on('error', (error) => this.#end(error.message))
    this.#worker.on('exit', () => this.#end('the store is closed'))
  }

  /** Performs a request. The bytes in it must be this call's own: they are handed over with `transfer`. */
  request(request: WriteRequest, transfer: readonly ArrayBuffer[] = []): Promise<number> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'the store is closed'))
    const id = ++this.#last
    const done = this.#wait(id)
    if (this.#asked.push({ id, request }) === 1) setImmediate(() => this.#post())
    this.#transfer.push(...transfer)
    return done
  }

  #post(): void {
    const [asked, transfer] = [this.#asked, this.#transfer]
    this.#asked = []
    this.#transfer = []
    this.#worker.postMessage(asked, transfer)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    const done = this.request({ type: 'close' })
    this.#closed = true
    await done
    await this.#worker.terminate()
  }

  #wait(id: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.#waiting.set(id, { resolve, reject })
    // The process stays alive for what is asked, and not for the open store as such.
    this.#worker.ref()
    return promise
  }

  #settle(answer: WriteAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (answer.ok) {
      waiting?.resolve(answer.value)
      return
    }
    const error = new StoreError(isStoreErrorCode(answer.code) ? answer.code : 'io', answer.message)
    this.#onRefused(error)
    waiting?.reject(error)
  }

  #end(reason: string): void {
    this.#closed = true
    for (const { reject } of this.#waiting.values()) reject(new StoreError('closed', reason))
    this.#waiting.clear()
  }
}

/** A thread would compile its modules again: it gets this process's compile cache, in a folder by version. */
function keptCompiled(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}
