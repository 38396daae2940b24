/**
 * Bytes that the agent left for a run, taken into the object store, small ones together with the run's entry. Invariant:
 * an object is removed from the spool only when the store has it, which the caller knows; one that is missing or is
 * another is left out, and the record that names it says too much.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AgentRecord, removeFile } from '@yesterday/kernel-bridge'
import { digestOf } from '../store/digest.ts'
import type { ObjectStore } from '../store/ports.ts'

export interface Taken {
  /** What could not be taken in. */
  readonly lost: readonly string[]
  /** Files of the spool that are of no use once what was put is durable. */
  readonly paths: readonly string[]
}

/** Puts what this record announces. `has` asks the store, `put` may wait for the entry. */
export async function takeObjects(
  spoolDir: string,
  { objects: announced }: Pick<AgentRecord, 'objects'>,
  { put, has }: Pick<ObjectStore, 'put' | 'has'>,
): Promise<Taken> {
  const lost: string[] = []
  const paths: string[] = []
  for (const { digest } of announced) {
    const path = join(spoolDir, 'objects', digest.replace(/^[^:]*:/, ''))
    const bytes = await readFile(path).catch(() => null)
    if (bytes === null || digestOf(bytes) !== digest) {
      // Announced twice, by runs that followed each other at once, it was taken with the first.
      if (!(await has(digest))) lost.push(digest)
      continue
    }
    await put(bytes)
    paths.push(path)
  }
  return { lost, paths }
}

/** What was put is durable. */
export async function removeTaken({ paths }: Taken): Promise<void> {
  for (const path of paths) await removeFile(path)
}
