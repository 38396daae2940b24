/**
 * Signs and checks messages with HMAC-SHA256. Invariant: a signature is compared in constant time, and one that was
 * seen is not believed again while it is remembered (at least the last `memory` messages).
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Check, Sign } from './wire.ts'

/** A kernel's signing key: 256 random bits as hex, as in the connection file. */
export function newKey(): string {
  return randomBytes(32).toString('hex')
}

/** One side of a signed conversation. */
export function signer(key: string, memory = 8192): { readonly sign: Sign; readonly check: Check } {
  const digest = (parts: readonly Uint8Array[]): Buffer => {
    const hmac = createHmac('sha256', key)
    for (const part of parts) hmac.update(part)
    return hmac.digest()
  }
  const seenBefore = rememberer(memory)
  return {
    sign: (parts) => digest(parts).toString('hex'),
    check: (signature, parts) => {
      const right = digest(parts)
      const received = Buffer.from(Buffer.from(signature).toString('latin1'), 'hex')
      if (signature.length !== right.length * 2 || received.length !== right.length) return 'forged'
      if (!timingSafeEqual(received, right)) return 'forged'
      return seenBefore(right.toString('latin1')) ? 'replayed' : 'genuine'
    },
  }
}

/** Two generations of a set: memory is bounded, and the last `memory` entries are always known. */
function rememberer(memory: number): (entry: string) => boolean {
  let young = new Set<string>()
  let old = new Set<string>()
  return (entry) => {
    if (young.has(entry) || old.has(entry)) return true
    if (young.size >= memory) [old, young] = [young, new Set()]
    young.add(entry)
    return false
  }
}
