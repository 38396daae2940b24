/** Reads large notebooks on a thread of their own, so that others do not wait. Invariant: the answer is the same as here. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type ReadResult, readNotebook } from './ipynb-read.ts'

/** Files up to this size, in bytes, take less time to read than a thread takes to start. */
export const mostReadHere = 4 * 1024 * 1024

/** `readNotebook`, wherever it is best done. */
export function readWhereFits(bytes: Uint8Array): Promise<ReadResult> | ReadResult {
  return bytes.length <= mostReadHere ? readNotebook(bytes) : readApart(bytes)
}

async function readApart(bytes: Uint8Array): Promise<ReadResult> {
  const worker = new Worker(new URL('./read-thread.ts', import.meta.url), { workerData: bytes })
  try {
    const [result]: ReadResult[] = await once(worker, 'message')
    return result ?? readNotebook(bytes)
  } catch {
    // The thread could not start, ran out of memory, or what it read nests too deeply to be sent from it.
    return readNotebook(bytes)
  } finally {
    await worker.terminate()
  }
}
