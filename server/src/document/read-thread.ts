/** The thread that reads one large notebook, is given its bytes, and answers with what `readNotebook` says of them. */
import { parentPort, workerData } from 'node:worker_threads'
import { readNotebook } from './ipynb-read.ts'

if (!(workerData instanceof Uint8Array)) throw new TypeError('the reader is given the bytes of a notebook')
parentPort?.postMessage(readNotebook(workerData))
