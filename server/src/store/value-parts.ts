/** pure. Objects that list others: a large file in chunks, a value with its large buffers apart, a folder. */
import { z } from 'zod'
import { Digest } from '../../contract/ids.ts'
import { FOLDER_FORMAT, readManifest } from './folder-manifest.ts'

const Chunks = z.array(z.union([Digest, z.object({ digest: Digest }).transform(({ digest }) => digest)]))
const Parts = z
  .object({ pickle: Digest, buffers: z.array(z.array(Digest)) })
  .transform(({ pickle, buffers }) => [pickle, ...buffers.flat()])

/** As the agent's `values.py` names them. */
const FORMATS: ReadonlySet<string> = new Set(['chunks', 'pickle5-parts', 'pickle5-bundle', FOLDER_FORMAT])

/** Whether an object of this format lists others. */
export const hasParts = (format: string): boolean => FORMATS.has(format)

/** The objects that these bytes list, in order; null where they cannot be read so. */
export function partsIn(format: string, bytes: Uint8Array): readonly Digest[] | null {
  if (format === FOLDER_FORMAT)
    return (
      readManifest(bytes)?.members.flatMap(({ read }) => Digest.safeParse(read?.digest).data ?? []) ?? null
    )
  const shape = format === 'chunks' ? Chunks : Parts
  return shape.safeParse(parsed(bytes)).data ?? null
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}
