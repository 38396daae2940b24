/** Makes a rename in a folder survive a power cut. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } catch {
    // Some file systems cannot sync a folder.
  } finally {
    closeSync(folder)
  }
}
