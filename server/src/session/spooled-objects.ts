/**
 * Bytes that the agent left for a run, taken into the object store. Invariant: an object is removed from the spool only
 * when the store has it; one that is missing or is another is left out, and the record that names it says too much.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentRecord } from '@yesterday/kernel-bridge'
import { digestOf } from '../store/digest.ts'
import type { ObjectStore } from '../store/ports.ts'

/** Takes in what this record announces; returns what could not be. */
export async function takeObjects(
  spoolDir: string,
  { objects: announced }: Pick<AgentRecord, 'objects'>,
  objects: Pick<ObjectStore, 'put' | 'has'>,
): Promise<readonly string[]> {
  const lost: string[] = []
  for (const { digest } of announced) {
    const path = join(spoolDir, 'objects', digest.replace(/^[^:]*:/, ''))
    const bytes = await readFile(path).catch(() => null)
    if (bytes === null || digestOf(bytes) !== digest) {
      // Announced twice, by runs that followed each other at once, it was taken with the first.
      if (!(await objects.has(digest))) lost.push(digest)
      continue
    }
    await objects.put(bytes)
    await rm(path, { force: true })
  }
  return lost
}
