/** What people typed is sealed with a key that is derived from the user's machine key. */
import { type Seal, sealWith } from '@yesterday/kernel-bridge'
import { signerFor } from '../user/machine-key.ts'

/** The key is read when it is first needed. */
export function userSeal(): Seal {
  let key: Buffer | null = null
  return sealWith(() => {
    key ??= Buffer.from(signerFor('document-seal').sign('key'), 'hex')
    return key
  })
}
