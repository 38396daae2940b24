/**
 * The project's key, `.yesterday/key`, mode 600: what this project stored itself is known by it. Stored values are code
 * once loaded, so one without its signature, or under another name, is not loaded.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredValue } from '../../contract/run.ts'
import { readRegularSync } from '../disk/regular-file.ts'
import { equalSecrets } from './equal-secrets.ts'

/** A variable's version, with where its bytes are. */
export interface Signable {
  readonly run: string
  readonly name: string
  readonly value: Pick<StoredValue, 'format' | 'digest'>
}

export interface ProjectKey {
  /** HMAC-SHA-256 over run, name, format and digest, hex. */
  sign(what: Signable): string
  /** Whether this project stored it so. */
  signed(what: Signable & { readonly value: Pick<StoredValue, 'signature'> }): boolean
}

const BYTES = 32

/** The key of this folder, made where it is missing; one that cannot be read makes nothing loadable, and says so. */
export function projectKey(folder: string): ProjectKey {
  let bytes: Buffer | null = null
  const key = (): Buffer => (bytes ??= readKey(join(folder, 'key')))
  const sign = ({ run, name, value }: Signable): string =>
    createHmac('sha256', key())
      .update(JSON.stringify([run, name, value.format, value.digest]))
      .digest('hex')
  return {
    sign,
    signed: (what) => what.value.signature !== null && equalSecrets(what.value.signature, sign(what)),
  }
}

/** Two programs that make it at once end with one. */
function readKey(path: string): Buffer {
  if (!existsSync(path)) {
    const own = `${path}.${randomBytes(6).toString('hex')}`
    writeFileSync(own, randomBytes(BYTES), { mode: 0o600 })
    try {
      linkSync(own, path)
    } catch (thrown) {
      if (!existsSync(path)) throw thrown
    } finally {
      rmSync(own, { force: true })
    }
  }
  const bytes = readRegularSync(path)
  if (bytes.length !== BYTES)
    throw new Error(`${path} is no key of ${BYTES} bytes: remove it to have a new one made`)
  return bytes
}
