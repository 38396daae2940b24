/** A signed head: the last hash of the chain at some time. A rewritten chain would need a new signature. */
import { z } from 'zod'
import { Timestamp } from '../../../contract/ids.ts'
import { isSigned, Signed } from './signing-key.ts'

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'a hash is 64 hex digits')

export const HeadRecord = z.object({
  type: z.literal('chain-head'),
  /** The last entry that the hash covers. */
  seq: z.number().int(),
  hash: Hash,
  at: Timestamp,
  ...Signed.shape,
})
export type HeadRecord = z.infer<typeof HeadRecord>

/** Null where the text is no head, or was not signed by the key that it names. */
export function readHead(body: string): HeadRecord | null {
  try {
    const record = HeadRecord.parse(JSON.parse(body))
    return isSigned(record) ? record : null
  } catch {
    return null
  }
}
