/** The bytes of a file version, from the object store. */
import { Digest } from '../../contract/ids.ts'
import type { Edge } from '../../contract/run.ts'
import type { ObjectStore } from '../store/ports.ts'
import { partsIn } from '../store/value-parts.ts'

/** Null where they were not kept, are gone or are damaged. */
export async function fileBytes(
  objects: Pick<ObjectStore, 'get'>,
  { digest, value }: Pick<Edge, 'digest' | 'value'>,
): Promise<Uint8Array | null> {
  const named = Digest.safeParse(value?.digest ?? digest)
  if (!named.success) return null
  const bytes = await objectBytes(objects, named.data)
  if (bytes === null || value?.format !== 'chunks') return bytes
  const chunks = partsIn('chunks', bytes)
  if (chunks === null) return null
  const parts = await Promise.all(chunks.map((chunk) => objectBytes(objects, chunk)))
  return parts.some((part) => part === null) ? null : Buffer.concat(parts.filter((part) => part !== null))
}

/** A damaged object is as good as none here: the plan says that the bytes cannot be had. */
export const objectBytes = (objects: Pick<ObjectStore, 'get'>, digest: Digest): Promise<Uint8Array | null> =>
  objects.get(digest).catch(() => null)
