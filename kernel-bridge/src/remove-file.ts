/** Files that may be gone already. */
import { unlink } from 'node:fs/promises'

/** As `rm` with `force`, which looks at the file in the caller's thread first: that is felt where it is done for each run. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
