/**
 * Reads large notebooks on a thread of their own, and takes over what it read in small parts, so that others do not
 * wait. Invariant: the answer is the same as here.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Masker } from '@yesterday/kernel-bridge'
import { digestOf } from './disk.ts'
import { type ReadNotebook, type ReadResult, readNotebook } from './ipynb-read.ts'
import type { ReadPart, ReadTask } from './read-thread.ts'

/** Files up to this size, in bytes, take less time to read than a thread takes to start. */
export const MAX_READ_HERE = 1024 * 1024

/** A new document that says what the file says, as one update and as small ones. */
export interface Seed {
  readonly whole: Uint8Array
  readonly pieces: readonly Uint8Array[]
}

export type ReadFile =
  | (ReadNotebook & { readonly ok: true; readonly digest: string; readonly seed: Seed | null })
  | Extract<ReadResult, { ok: false }>

/** Reads a notebook. `read` gives the file's bytes, and may be called again. Outputs are masked if there is a masker. */
export async function readWhereFits(
  read: () => Promise<Uint8Array>,
  masker: Masker | null = null,
): Promise<ReadFile> {
  const bytes = await read()
  if (bytes.length <= MAX_READ_HERE) return readHere(bytes, masker)
  try {
    return await readApart(bytes, masker)
  } catch {
    // The thread could not start, ran out of memory, or what it read nests too deeply to be sent from it.
    return readHere(await read(), masker)
  }
}

function readHere(bytes: Uint8Array, masker: Masker | null): ReadFile {
  const read = readNotebook(bytes, masker)
  return read.ok ? { ...read, digest: digestOf(bytes), seed: null } : read
}

async function readApart(bytes: Uint8Array, masker: Masker | null): Promise<ReadFile> {
  // A view into a larger buffer cannot be handed over alone.
  const owned = bytes.buffer.byteLength === bytes.byteLength ? bytes : Uint8Array.from(bytes)
  const transferList = owned.buffer instanceof ArrayBuffer ? [owned.buffer] : []
  const secrets = masker === null ? null : [...masker.known.values]
  const workerData: ReadTask = { bytes: owned, secrets }
  const worker = new Worker(new URL('./read-thread.ts', import.meta.url), { workerData, transferList })
  try {
    return await taken(worker)
  } finally {
    await worker.terminate()
  }
}

/** Asks for one part after another; each comes in a turn of its own. */
async function taken(worker: Worker): Promise<ReadFile> {
  const first = await nextPart(worker)
  if (first.type === 'refused') return { ok: false, refusal: first.refusal }
  if (first.type !== 'head') throw new Error('the reader begins with the head of the file')
  const { file, digest } = first
  const [entries, cells] = [[...file.cells.entries], [...file.form.cells]]
  const large = new Map<string, Uint8Array>()
  for (;;) {
    worker.postMessage('next')
    const part = await nextPart(worker)
    if (part.type === 'seed') {
      const whole = { ...file, cells: { ...file.cells, entries }, form: { ...file.form, cells } }
      return { ok: true, file: whole, large, digest, seed: part.seed }
    }
    if (part.type !== 'cells') throw new Error('the reader goes on with cells')
    entries.push(...part.entries)
    cells.push(...part.cells)
    for (const [key, value] of part.large) large.set(key, value)
  }
}

async function nextPart(worker: Worker): Promise<ReadPart> {
  const [part]: ReadPart[] = await once(worker, 'message')
  if (part === undefined) throw new Error('the reader said nothing')
  return part
}
