/** Files that runs read, as they are on disk now: the one effect that a receipt has. */

import { dirname, join } from 'node:path'
import type { Secrets } from '../secrets/secrets.ts'
import { UsedFiles } from './used-files.ts'
import type { FileState } from './why.ts'

/** Digests of files, each read once as long as it stays the same. `root` is the project's folder. */
export function fileStates(root: string, secrets: Pick<Secrets, 'fileDigest'>): FileState {
  const files = new UsedFiles(secrets)
  return async (notebook, name) => {
    const now = (await files.look(new Set([name]), join(root, dirname(notebook)))).get(name)
    if (now === undefined) return 'unknown'
    return now === null ? 'gone' : (now.digest ?? 'unknown')
  }
}
