/**
 * Signs records about the chain: heads, redactions, salvages. Ed25519, so that a record can be checked by people who
 * cannot sign. A record names the key that signed it as `ed25519:` and 43 characters of base64url.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { signerFor } from '../../user/machine-key.ts'

export const KeyName = z
  .string()
  .regex(/^ed25519:[\w-]{43}$/, 'a key is "ed25519:" and 43 base64url characters')
export const Signature = z.string().regex(/^[\w-]{86}$/, 'a signature is 86 base64url characters')

/** What signing adds to a record. */
export const Signed = z.object({ key: KeyName, signature: Signature })
export type Signed = z.infer<typeof Signed>

export interface SigningKey {
  readonly name: string
  /** The record with the name of this key and the signature. */
  sign<T extends object>(record: T): T & Signed
}

/** The prefix of an Ed25519 private key in PKCS #8 (RFC 8410, section 7); the 32 bytes of the key follow. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key of this user on this machine. Throws `UserFolderError` if the machine key cannot be read or created. */
export const userSigningKey = (): SigningKey =>
  signingKey(Buffer.from(signerFor('history').sign('ed25519 seed'), 'hex'))

/** The key with this seed of 32 bytes. */
export function signingKey(seed: Uint8Array): SigningKey {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const name = `ed25519:${createPublicKey(key).export({ format: 'jwk' }).x}`
  return {
    name,
    sign: (record) => {
      const signature = sign(null, signedText({ ...record, key: name }), key).toString('base64url')
      return { ...record, key: name, signature }
    },
  }
}

/** Whether the key that the record names signed all of it. */
export function isSigned({ signature, ...record }: Signed): boolean {
  const key = publicKey(record.key)
  return key !== null && verify(null, signedText(record), key, Buffer.from(signature, 'base64url'))
}

function publicKey(name: string): KeyObject | null {
  try {
    const x = KeyName.parse(name).slice('ed25519:'.length)
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  } catch {
    return null
  }
}

/** JSON with sorted keys, so that the order in which a record was built does not matter. */
const signedText = (record: object): Buffer => Buffer.from(JSON.stringify(sorted(record)))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]))
}
