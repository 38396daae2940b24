/** The objects of a history that hold a secret, and what takes their place. */
import type { Masker } from '@yesterday/kernel-bridge'
import type { Digest } from '../../contract/ids.ts'
import { asText } from '../document/masked-export.ts'
import { maskedIpynb } from '../secrets/masked-ipynb.ts'
import { DamagedObjectError } from '../store/errors.ts'
import type { ObjectStore } from '../store/ports.ts'
import { hasParts, partsIn } from '../store/value-parts.ts'
import type { Role, Roles } from './roles.ts'

/** By the digest of an object that holds a secret: its masked bytes, or null if it is to be removed. */
export type Replaced = ReadonlyMap<string, Uint8Array | null>

export async function replacedObjects(
  objects: Pick<ObjectStore, 'list' | 'get'>,
  roles: Roles,
  masker: Masker,
): Promise<Replaced> {
  const replaced = new Map<string, Uint8Array | null>()
  const bytesOf = async (digest: Digest): Promise<Uint8Array | null> => {
    try {
      return await objects.get(digest)
    } catch (error) {
      // `fsck` reports it; its bytes cannot be read, so a redaction cannot judge them.
      if (error instanceof DamagedObjectError) return null
      throw error
    }
  }
  const parts = new Map<string, readonly Digest[]>()
  for (const { digest, format } of roles.values.values()) {
    if (!hasParts(format)) continue
    const bytes = await bytesOf(digest)
    parts.set(digest, (bytes && partsIn(format, bytes)) ?? [])
  }
  const within = roles.within && new Set([...roles.within].flatMap((one) => [one, ...(parts.get(one) ?? [])]))
  const candidates = within ?? objects.list()
  for await (const digest of candidates) {
    const bytes = await bytesOf(digest)
    if (bytes === null) continue
    const masked = maskedBytes(bytes, roles.texts.get(digest), masker)
    if (masked !== bytes) replaced.set(digest, masked)
  }
  for (const [digest, those] of parts)
    if (those.some((part) => replaced.has(part))) replaced.set(digest, null)
  return replaced
}

/** The bytes themselves if they hold no secret. */
function maskedBytes(bytes: Uint8Array, role: Role | undefined, masker: Masker): Uint8Array | null {
  const text = role === undefined ? null : asText(bytes)
  if (text === null) return masker.inBytes(bytes) ? null : bytes
  const masked =
    role === 'checkpoint' ? maskedIpynb(text, masker) : masker.mask(text, { isCode: role === 'code' })
  return masked === text ? bytes : Buffer.from(masked)
}
