/**
 * The machine key: 32 random bytes in `machine.key` of the user's folder, mode 600. What Yesterday wrote on this machine
 * is recognised by signatures with it. The key never enters a project folder, so the author of a folder cannot sign.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openUserFolder, UserFolderError, userFolder } from './user-folder.ts'

/** Signs texts for one purpose. A signature for one purpose is worthless for every other. */
export interface Signer {
  /** HMAC-SHA-256, hex. */
  sign(text: string): string
  verify(text: string, signature: string): boolean
}

const KEY_BYTES = 32

/**
 * Returns the signer of a purpose, for example `signerFor('stored-value')` or `signerFor('process', workspaceId)`.
 * The key is read, or created, when it is first needed. Throws `UserFolderError` then.
 */
export function signerFor(...purpose: readonly [string, ...string[]]): Signer {
  const folder = userFolder()
  const sign = (text: string): string =>
    createHmac('sha256', purposeKey(machineKey(folder), purpose))
      .update(text)
      .digest('hex')
  return { sign, verify: (text, signature) => isEqual(Buffer.from(signature), Buffer.from(sign(text))) }
}

const isEqual = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

/** A key of its own per purpose: what one signs can never be taken for what another signed. */
const purposeKey = (key: Buffer, purpose: readonly string[]): Buffer =>
  createHmac('sha256', key).update(JSON.stringify(purpose)).digest()

const known = new Map<string, Buffer>()

function machineKey(folder: string): Buffer {
  const present = known.get(folder)
  if (present !== undefined) return present
  const path = join(openUserFolder(folder), 'machine.key')
  try {
    if (!existsSync(path)) createKey(path)
    const key = readFileSync(path)
    if (key.length !== KEY_BYTES) throw new Error(`${path} has ${key.length} bytes instead of ${KEY_BYTES}`)
    chmodSync(path, 0o600)
    known.set(folder, key)
    return key
  } catch (error) {
    throw new UserFolderError(folder, error)
  }
}

/** Two processes that create it at once end up with the same key: `link` fails if the name is taken. */
function createKey(path: string): void {
  const own = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(own, randomBytes(KEY_BYTES), { mode: 0o600 })
  try {
    linkSync(own, path)
  } catch (error) {
    if (!existsSync(path)) throw error
  } finally {
    rmSync(own, { force: true })
  }
}
