/** Bytes that the agent left in a folder of this machine, each in a file named by its hex digest. */
import { join } from 'node:path'
import type { KernelObjects } from './kernel.ts'
import { readRegular } from './regular-file.ts'
import { removeFile } from './remove-file.ts'

export function spooledObjects(spoolDir: string): KernelObjects {
  const pathOf = (digest: string): string => join(spoolDir, 'objects', digest.replace(/^[^:]*:/, ''))
  return {
    isLocal: true,
    read: async (digest) =>
      isHex(digest) ? await readRegular(pathOf(digest), Infinity).catch(() => null) : null,
    remove: async (digests) => {
      for (const digest of digests.filter(isHex)) await removeFile(pathOf(digest))
    },
  }
}

/** A digest may come from a forged record: no other name leads into a folder. */
const isHex = (digest: string): boolean => /^([a-z0-9_]+:)?[0-9a-f]+$/.test(digest)
