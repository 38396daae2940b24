/**
 * Seals bytes that must be kept as they are and may hold secrets, so that their folder alone does not show them:
 * AES-256-GCM. What is sealed is `YSEAL1`, a newline, 12 bytes of nonce, the ciphertext and 16 bytes of tag.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const MAGIC = Buffer.from('YSEAL1\n')
const NONCE = 12
const TAG = 16
const BLOCK = 256 * 1024
const CIPHER = 'aes-256-gcm'

/** The bytes were sealed with another key, for another place, or were changed. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError'
}

export interface Seal {
  /** `place` is where the bytes are kept; they cannot be opened as if they were of another. */
  seal(bytes: Uint8Array, place: string): Uint8Array
  /** As `seal`, for a long text in pieces: each step seals some 256 KiB of it. */
  sealParts(text: Iterable<string>, place: string): Iterable<Uint8Array>
  /** Throws `UnsealError`, also for bytes that are not sealed. */
  open(bytes: Uint8Array, place: string): Uint8Array
}

export const isSealed = (bytes: Uint8Array): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length))

/** The key has 32 bytes. */
export const sealWith = (key: () => Buffer): Seal => ({
  seal: (bytes, place) => Buffer.concat([...sealed([bytes], key(), place)]),
  sealParts: (text, place) => sealed(inBlocks(text), key(), place),
  open(bytes, place) {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const from = MAGIC.length + NONCE
    try {
      if (!isSealed(all)) throw new Error('it does not begin as sealed bytes do')
      const decipher = createDecipheriv(CIPHER, key(), all.subarray(MAGIC.length, from))
      decipher.setAAD(Buffer.from(place)).setAuthTag(all.subarray(-TAG))
      return Buffer.concat([decipher.update(all.subarray(from, -TAG)), decipher.final()])
    } catch (cause) {
      throw new UnsealError(`${place} was sealed with another key, or is damaged`, { cause })
    }
  },
})

function* sealed(parts: Iterable<Uint8Array>, key: Buffer, place: string): Generator<Uint8Array> {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(place))
  yield Buffer.concat([MAGIC, nonce])
  for (const part of parts) yield cipher.update(part)
  yield Buffer.concat([cipher.final(), cipher.getAuthTag()])
}

function* inBlocks(text: Iterable<string>): Generator<Uint8Array> {
  let block = ''
  for (const piece of text) {
    block += piece
    if (block.length < BLOCK) continue
    yield Buffer.from(block)
    block = ''
  }
  yield Buffer.from(block)
}
