/**
 * Copies owner, group, mode, access lists and extended attributes of a file to the new file that is to replace it. Node
 * has no calls for most of them: on Linux coreutils' `cp` copies them, on macOS `copyFile` does.
 */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** A `cp` that hangs (a network file system that does not answer) must not block a save, ms. */
const LONGEST_MS = 5000

/**
 * Creates `target`, which must not exist, with the attributes of `path`. Its content is undefined. Returns false where
 * this system cannot do it, or `path` does not exist.
 */
export async function takeAttributes(path: string, target: string): Promise<boolean> {
  try {
    if (process.platform === 'linux') await copyWithCoreutils(path, target)
    else if (process.platform === 'darwin') await copyFile(path, target, constants.COPYFILE_EXCL)
    else return false
    return true
  } catch {
    return false
  }
}

/** Attributes that this user may not set (the owner of another's file) are left as the system sets them. */
async function copyWithCoreutils(path: string, target: string): Promise<void> {
  await run('cp', ['--attributes-only', '--preserve=all', '--', path, target], { timeout: LONGEST_MS })
}
