/** Signs as a server would, with a key of the test's own. */
import { createHmac } from 'node:crypto'
import type { Signer } from '../src/index.ts'

export function signerOf(key: string): Signer {
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('hex')
  return { sign, verify: (text, signature) => signature === sign(text) }
}

export const signer = signerOf('the key of the tests')
