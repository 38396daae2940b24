/**
 * pure. The hash chain over the run log. Entry n has a digest, SHA-256 over a random salt and the UTF-8 text of its
 * body, and a hash, SHA-256 over the hash of entry n - 1, the number n (8 bytes, big-endian) and the digest.
 *
 * The salt exists for redaction. When an entry is redacted, its digest stays in the chain and its salt is erased, so
 * that the content of the entry cannot be guessed from the digest.
 */
import { hash, randomFillSync } from 'node:crypto'

/** The hash before the first entry. */
export const GENESIS: Buffer = Buffer.alloc(32)

export const SALT_BYTES = 16
const HASH_BYTES = 32

/** A link of the chain. `salt` belongs to the body that the log has now. */
export interface Link {
  readonly seq: number
  readonly salt: Uint8Array
  readonly digest: Uint8Array
  readonly hash: Uint8Array
}

/** How far the chain goes. */
export interface Head {
  readonly seq: number
  readonly hash: Uint8Array
}

/** As a hex string, a digest costs half of what it costs as a new buffer. */
const sha256 = (bytes: Uint8Array): Buffer => Buffer.from(hash('sha256', bytes, 'hex'), 'hex')

/** Used by each call in turn, so that no entry allocates. Bodies that are longer get their own. */
const joined = Buffer.alloc(1 << 20)
/** UTF-8 has at most three bytes for a UTF-16 unit. */
const LONGEST = (joined.length - SALT_BYTES) / 3

export function entryDigest(salt: Uint8Array, body: string): Buffer {
  if (body.length > LONGEST) return sha256(Buffer.concat([salt, Buffer.from(body)]))
  joined.set(salt)
  const end = salt.length + joined.write(body, salt.length)
  return sha256(joined.subarray(0, end))
}

const numbered = Buffer.alloc(HASH_BYTES + 8 + HASH_BYTES)

export function linkHash(previous: Uint8Array, seq: number, digest: Uint8Array): Buffer {
  numbered.set(previous)
  numbered.writeBigUInt64BE(BigInt(seq), HASH_BYTES)
  numbered.set(digest, HASH_BYTES + 8)
  return sha256(numbered)
}

const salts = Buffer.alloc(SALT_BYTES * 1024)
let used = salts.length

/** A new random salt. */
export function newSalt(): Buffer {
  if (used === salts.length) {
    randomFillSync(salts)
    used = 0
  }
  used += SALT_BYTES
  return Buffer.from(salts.subarray(used - SALT_BYTES, used))
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
