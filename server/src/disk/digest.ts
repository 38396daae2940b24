/** The content address of bytes: SHA-256, as `sha256:` and hex. */
import { createHash, webcrypto } from 'node:crypto'
import type { Digest } from '../../contract/ids.ts'

/** At once, for bytes that are few. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** On another thread, for bytes that may be many. */
export async function digestOfMany(bytes: Uint8Array<ArrayBuffer>): Promise<Digest> {
  const hash = await webcrypto.subtle.digest('SHA-256', bytes)
  return `sha256:${Buffer.from(hash).toString('hex')}`
}
