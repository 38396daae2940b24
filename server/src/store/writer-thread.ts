/** The thread that alone writes `history.db` in this process, so that the event loop never waits for the disk. */
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { openForWriting, transaction } from './database.ts'
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
    for (const answer of commitGroup(db, index, group)) port?.postMessage(answer)
    if (group.some(({ request }) => request.type === 'close')) {
      db.close()
      port?.close()
    }
  }
  // Everything that came while the last commit waited for the disk is delivered before the immediate fires.
  port?.on('message', (numbered: Numbered) => {
    if (waiting.push(numbered) === 1) setImmediate(flush)
  })
}

try {
  const { db, index } = open(workerData)
  serve(db, index)
  port.postMessage({ id: 0, ok: true, value: 0 } satisfies WriteAnswer)
} catch (thrown) {
  port.postMessage(refusal(0, asStoreError(thrown)))
  port.close()
}
