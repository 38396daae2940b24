/**
 * The thread that alone writes `history.db` in this process, so that the event loop never waits for the disk. Invariant:
 * nothing is acknowledged that is written to files which are not where they were opened.
 */
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { growWal, openForWriting } from './database.ts'
import { asStoreError, type StoreError } from './errors.ts'
import { performAll, refusal } from './group-commit.ts'
import { HistoryPlace } from './history-place.ts'
import { IndexWriter } from './index-writer.ts'
import { noteProject } from './own-record.ts'
import { StorePaths } from './project-folder.ts'
import { writeAgain } from './write-again.ts'
import type { Numbered, WriteAnswer, WriteRequest } from './write-request.ts'

const port = parentPort
if (port === null) throw new Error('the writer runs as a thread')

class WritingHistory {
  readonly #paths: StorePaths
  readonly #place: HistoryPlace
  #db: DatabaseSync
  #index: IndexWriter
  /** Answers to what was committed in the instant in which the history was removed. */
  #held: WriteAnswer[] = []

  constructor(paths: StorePaths) {
    this.#paths = paths
    noteProject(dirname(paths.folder))
    this.#db = openForWriting(paths.database)
    this.#index = new IndexWriter(this.#db)
    this.#place = new HistoryPlace(paths.database)
  }

  answersTo(group: readonly Numbered[]): readonly WriteAnswer[] {
    const problem = this.#place.problem()
    if (problem !== null) return group.flatMap((numbered) => this.#answerWhileGone(numbered, problem))
    const answers = [...this.#held.splice(0), ...performAll(this.#db, this.#index, group)]
    if (this.#place.problem() === null) return answers
    this.#held = answers.filter(({ ok }) => ok)
    return answers.filter(({ ok }) => !ok)
  }

  growWal(): void {
    growWal(this.#db, this.#paths.database)
  }

  close(): void {
    this.#db.close()
  }

  #answerWhileGone({ id, request }: Numbered, problem: StoreError): readonly WriteAnswer[] {
    if (request.type === 'close') return [{ id, ok: true, value: 0 }]
    if (request.type !== 'writeAgain') return [refusal(id, problem)]
    try {
      this.#writeAgain(request)
      return [...this.#held.splice(0), { id, ok: true, value: 1 }]
    } catch (thrown) {
      return [refusal(id, asStoreError(thrown))]
    }
  }

  #writeAgain({ aside }: Extract<WriteRequest, { type: 'writeAgain' }>): void {
    writeAgain(this.#db, this.#paths, aside)
    const db = openForWriting(this.#paths.database)
    this.#db.close()
    this.#db = db
    this.#index = new IndexWriter(db)
    this.#place.renew()
  }
}

function serve(history: WritingHistory): void {
  let waiting: Numbered[] = []
  const flush = () => {
    const group = waiting
    waiting = []
    port?.postMessage(history.answersTo(group))
    if (group.some(({ request }) => request.type === 'close')) {
      history.close()
      port?.close()
    }
  }
  // Everything that came while the last commit waited for the disk is delivered before the immediate fires.
  port?.on('message', (asked: readonly Numbered[]) => {
    if (waiting.length === 0) setImmediate(flush)
    waiting.push(...asked)
  })
}

try {
  const history = new WritingHistory(StorePaths.parse(workerData))
  serve(history)
  port.postMessage([{ id: 0, ok: true, value: 0 }] satisfies readonly WriteAnswer[])
  setImmediate(() => history.growWal())
} catch (thrown) {
  port.postMessage([refusal(0, asStoreError(thrown))])
  port.close()
}
