/** Which kernel of which server a kernel's folder is about: signed, since the folder may have come with a project. */
import { join } from 'node:path'
import { z } from 'zod'
import { readJson, writePrivately } from '../../connection.ts'
import type { KernelFolder } from '../../kernel-folder.ts'
import type { Signer } from '../../process-record.ts'

const Place = z.object({
  server: z.string().max(100),
  kernel: z.string().regex(/^[\w-]{1,100}$/),
  signature: z.string().max(200),
})
export type Place = Omit<z.infer<typeof Place>, 'signature'>

const fileOf = ({ dir }: KernelFolder): string => join(dir, 'place.json')

const signedText = ({ kernelId }: KernelFolder, { server, kernel }: Place): string =>
  JSON.stringify(['jupyter', kernelId, server, kernel])

export function writePlace(folder: KernelFolder, signer: Signer, place: Place): Promise<void> {
  return writePrivately(fileOf(folder), { ...place, signature: signer.sign(signedText(folder, place)) })
}

/** Null where there is none that this signer wrote. */
export async function readPlace(folder: KernelFolder, signer: Signer): Promise<Place | null> {
  const read = Place.safeParse(await readJson(fileOf(folder)))
  if (!read.success) return null
  const { signature, ...place } = read.data
  return signer.verify(signedText(folder, place), signature) ? place : null
}
