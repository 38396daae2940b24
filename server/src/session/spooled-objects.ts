/**
 * Bytes that the agent left for a run, taken into the object store, small ones together with the run's entry. Invariant:
 * an object is removed from the kernel's side only when the store has it, which the caller knows; one that is missing or
 * is another is left out, and the record that names it says too much.
 */
import type { AgentRecord, KernelObjects } from '@yesterday/kernel-bridge'
import { digestOf } from '../disk/digest.ts'
import type { ObjectStore } from '../store/ports.ts'

export interface Taken {
  /** What could not be taken in. */
  readonly lost: readonly string[]
  /** What is of no use to the kernel's side once it is durable. */
  readonly digests: readonly string[]
}

/** Puts what this record announces. `has` asks the store, `put` may wait for the entry. */
export async function takeObjects(
  objects: KernelObjects,
  { objects: announced }: Pick<AgentRecord, 'objects'>,
  { put, has }: Pick<ObjectStore, 'put' | 'has'>,
): Promise<Taken> {
  const lost: string[] = []
  const digests: string[] = []
  for (const { digest } of announced) {
    // What the store has is not sent over a network again.
    if (!objects.isLocal && (await has(digest))) {
      digests.push(digest)
      continue
    }
    const bytes = await objects.read(digest)
    if (bytes === null || digestOf(bytes) !== digest) {
      // Announced twice, by runs that followed each other at once, it was taken with the first.
      if (!(await has(digest))) lost.push(digest)
      continue
    }
    await put(bytes)
    digests.push(digest)
  }
  return { lost, digests }
}
