/** Digests of files on disk, of any size. A file that is the same by device, inode, size and times is not read again. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** So many are remembered, the last used. */
const REMEMBERED = 10_000
/** A file that changed so recently may change again without another time. */
const RACY_MS = 50
const PIECE = 1024 * 1024

const known = new Map<string, string>()

/** Null for what is no readable plain file, and for one that changes while it is read. */
export async function digestOnDisk(path: string): Promise<string | null> {
  const before = await signatureOf(path)
  if (before === null) return null
  const found = known.get(before.key)
  if (found !== undefined) return found
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path, { highWaterMark: PIECE }), hash)
  } catch {
    return null
  }
  if ((await signatureOf(path))?.key !== before.key) return null
  const digest = `sha256:${hash.digest('hex')}`
  if (before.ageMs > RACY_MS) remember(before.key, digest)
  return digest
}

function remember(key: string, digest: string): void {
  known.set(key, digest)
  const [oldest] = known.keys()
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest)
}

async function signatureOf(path: string) {
  const found = await stat(path, { bigint: true }).catch(() => null)
  if (!found?.isFile()) return null
  const { dev, ino, size, mtimeNs, ctimeNs } = found
  const changed = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n)
  return { key: [dev, ino, size, mtimeNs, ctimeNs].join(':'), ageMs: Date.now() - changed }
}
