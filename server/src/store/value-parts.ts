/** pure. Objects that list others: a large file in chunks, a value with its large buffers apart, a folder. */
import { z } from 'zod'
import { Digest } from '../../contract/ids.ts'
import { FOLDER_FORMAT, readManifest } from './folder-manifest.ts'

const Chunks = z.array(z.union([Digest, z.object({ digest: Digest }).transform(({ digest }) => digest)]))
const Pieces = z.array(z.array(Digest))
const Parts = z
  .object({ pickle: z.union([Digest, z.array(Digest)]), buffers: Pieces, arrays: Pieces.default([]) })
  .transform(({ pickle, buffers, arrays }) => [pickle, ...buffers, ...arrays].flat())
const Tree = z.object({ chunks: z.array(Digest) }).transform(({ chunks }) => chunks)

/** As the agent's `values.py` names them. */
const SHAPES: Readonly<Record<string, z.ZodType<Digest[]>>> = {
  chunks: Chunks,
  'pickle5-parts': Parts,
  'pickle5-bundle': Parts,
  'marshal-tree': Tree,
}

/** Whether an object of this format lists others. */
export const hasParts = (format: string): boolean => format === FOLDER_FORMAT || Object.hasOwn(SHAPES, format)

/** The objects that these bytes list, in order; null where they cannot be read so. */
export function partsIn(format: string, bytes: Uint8Array): readonly Digest[] | null {
  if (format === FOLDER_FORMAT)
    return (
      readManifest(bytes)?.members.flatMap(({ read }) => Digest.safeParse(read?.digest).data ?? []) ?? null
    )
  const shape = Object.hasOwn(SHAPES, format) ? SHAPES[format] : undefined
  return shape?.safeParse(parsed(bytes)).data ?? null
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}
