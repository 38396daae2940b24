/** The thread that alone writes `history.db` in this process, so that the event loop never waits for the disk. */
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { growWal, openForWriting, transaction } from './database.ts'
import { asStoreError } from './errors.ts'
import { commitGroup, refusal } from './group-commit.ts'
import { IndexWriter } from './index-writer.ts'
import type { Numbered, WriteAnswer } from './write-request.ts'

const port = parentPort
if (port === null) throw new Error('the writer runs as a thread')

function open(path: unknown): { readonly db: DatabaseSync; readonly index: IndexWriter } {
  if (typeof path !== 'string') throw new TypeError('the writer is given the path of its database')
  const db = openForWriting(path)
  const index = new IndexWriter(db)
  if (!index.isCurrent()) transaction(db, () => index.isCurrent() || index.rebuild())
  return { db, index }
}

function serve(db: DatabaseSync, index: IndexWriter): void {
  let waiting: Numbered[] = []
  const flush = () => {
    const group = waiting
    waiting = []
    port?.postMessage(commitGroup(db, index, group))
    if (group.some(({ request }) => request.type === 'close')) {
      db.close()
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
  const { db, index } = open(workerData)
  serve(db, index)
  port.postMessage([{ id: 0, ok: true, value: 0 }] satisfies readonly WriteAnswer[])
  setImmediate(() => growWal(db, String(workerData)))
} catch (thrown) {
  port.postMessage([refusal(0, asStoreError(thrown))])
  port.close()
}
