/** Where secrets still are after a redaction: in files that are the user's, and in what it could not change. */
import { open, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Masker } from '@yesterday/kernel-bridge'
import { readRegular } from '../disk/regular-file.ts'
import { notebookFiles } from '../document/identity/find-file.ts'
import { asText } from '../document/masked-export.ts'

/** Bytes that are searched at once, and how many of them again with the next ones. */
const BLOCK = 4 * 1024 * 1024
const OVERLAP = 64 * 1024

/** The project's notebooks that hold a secret. */
export async function notebooksWith(root: string, masker: Masker): Promise<readonly string[]> {
  const found: string[] = []
  for await (const path of notebookFiles(root)) {
    const bytes = await readRegular(join(root, path)).catch(() => null)
    const text = bytes && asText(bytes)
    if (text !== null && masker.mask(text, { isCode: true }) !== text) found.push(path)
  }
  return found
}

/** The files below a folder in whose bytes a known secret is. */
export async function filesWith(folder: string, masker: Masker): Promise<readonly string[]> {
  if (masker.known.values.size === 0) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && (await isIn(path, masker))) found.push(relative(folder, path))
  }
  return found
}

async function isIn(path: string, { known }: Masker): Promise<boolean> {
  const file = await open(path).catch(() => null)
  if (file === null) return false
  try {
    const block = Buffer.alloc(BLOCK)
    for (let at = 0; ; at += BLOCK - OVERLAP) {
      const { bytesRead } = await file.read(block, 0, BLOCK, at)
      if (known.inBytes(block.subarray(0, bytesRead))) return true
      if (bytesRead < BLOCK) return false
    }
  } finally {
    await file.close()
  }
}
