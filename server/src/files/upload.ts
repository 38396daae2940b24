/**
 * Receiving a file. Invariant: the name appears only with the whole content: bytes go to a hidden neighbour, are
 * synced, and take the name in one step.
 */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, lstat, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { visibleName } from '../../contract/file-names.ts'
import type { UploadedFile } from '../../contract/http.ts'
import { versionOf } from '../disk/file-version.ts'
import { takeAttributes } from '../document/file-attributes.ts'
import type { Refusal } from '../document/ports.ts'
import { diskRefusal, errorCode, exists } from './disk-error.ts'
import { entryAt } from './listing.ts'
import { locateCreated } from './locate.ts'

/** Largest upload, in bytes. */
export const UPLOAD_LIMIT = 4 * 1024 ** 3

export interface Upload {
  readonly path: string
  readonly stream: Readable
  /** What the sender announced; null when it did not. */
  readonly length: number | null
  readonly overwrite: boolean
  /** The version that may be overwritten (`versionOf`); null for any. */
  readonly was?: string | null
  readonly limit?: number
}

export type Uploaded =
  | { readonly ok: true; readonly entry: UploadedFile }
  | { readonly ok: false; readonly refusal: Refusal }

class TooLargeError extends Error {}

/** Stores an upload below `root`. */
export async function upload(root: string, request: Upload): Promise<Uploaded> {
  const { path, stream, overwrite, was = null, limit = UPLOAD_LIMIT } = request
  const refused = (refusal: Refusal): Uploaded => ({ ok: false, refusal })
  if ((request.length ?? 0) > limit) return refused(tooLarge(limit))
  const target = await locateCreated(root, path)
  if (!target.ok) return refused(target.refusal)
  if (!overwrite && (await isThere(target.absolute))) return refused(exists(path))
  const temporary = join(dirname(target.absolute), `.upload-${randomBytes(8).toString('hex')}`)
  try {
    // A script stays executable, and a file of a group stays readable by it.
    const isMade = overwrite && (await takeAttributes(target.absolute, temporary))
    await pipeline(
      stream,
      upTo(limit),
      createWriteStream(temporary, { flags: isMade ? 'w' : 'wx', flush: true }),
    )
    if (was !== null && (await versionAt(target.absolute)) !== was) return refused(changed(path))
    await (overwrite ? rename(temporary, target.absolute) : place(temporary, target.absolute))
    const version = versionOf(await stat(target.absolute, { bigint: true }))
    return { ok: true, entry: { ...(await entryAt(target.absolute, path)), version } }
  } catch (error) {
    if (error instanceof TooLargeError) return refused(tooLarge(limit))
    return refused(diskRefusal(error, path))
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Null where there is no file. */
const versionAt = (absolute: string): Promise<string | null> =>
  stat(absolute, { bigint: true }).then(versionOf, () => null)

const changed = (path: string): Refusal => ({
  code: 'changed',
  status: 409,
  message: `“${visibleName(path)}” was changed or removed on disk since you opened it.`,
  hint: 'Open it again to see the change, or save over it.',
})

/** Takes the name only if it is free: a hard link fails where the name exists, a rename would not. */
async function place(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? '')) throw error
    await (await open(target, 'wx')).close()
    await rename(temporary, target)
  }
}

const isThere = (absolute: string): Promise<boolean> =>
  lstat(absolute).then(
    () => true,
    () => false,
  )

function upTo(limit: number): Transform {
  let received = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      if (received > limit) done(new TooLargeError())
      else done(null, chunk)
    },
  })
}

const tooLarge = (limit: number): Refusal => ({
  code: 'tooLarge',
  status: 413,
  message: `The file is larger than ${Math.floor(limit / 1024 ** 2)} MiB, the most that can be uploaded.`,
  hint: 'Copy it into the project folder by hand.',
})
