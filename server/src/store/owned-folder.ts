/**
 * Temporary folders that end with the process that made them. The owner is in the folder's name, so that a folder never
 * exists without one: whatever kills the owner, the next program in the project removes what it left.
 */
import { createHash } from 'node:crypto'
import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { identifyProcess, ownProcess, type ProcessIdentity } from '@yesterday/kernel-bridge/process-identity'

/** A name for a folder of this process. */
export const ownedName = (id: string): string => `${id}.${ownerOf(ownProcess())}`

const ownerOf = ({ pid, started }: ProcessIdentity): string =>
  `${pid}.${createHash('sha256').update(started).digest('hex').slice(0, 12)}`

/** True if the process that named this folder runs; false as well for a name that says nothing of an owner. */
function hasOwner(name: string): boolean {
  const [, pid, started] = /\.(\d+)\.([0-9a-f]{12})$/.exec(name) ?? []
  const running = pid === undefined ? null : identifyProcess(Number(pid))
  return running !== null && ownerOf(running) === `${pid}.${started}`
}

/** The entries of `folder` whose owner is gone. A link in place of `folder` leads elsewhere, and has none. */
export async function abandonedIn(folder: string): Promise<readonly string[]> {
  const stat = await lstat(folder).catch(() => null)
  if (stat?.isDirectory() !== true) return []
  return (await readdir(folder)).filter((name) => !hasOwner(name)).map((name) => join(folder, name))
}

/** Removes a folder and all in it, also what is closed to its owner. Links are removed, never followed. */
export async function removeTree(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 } as const
  await rm(path, options).catch(async () => {
    await openFolders(path)
    await rm(path, options)
  })
}

async function openFolders(path: string): Promise<void> {
  if ((await lstat(path).catch(() => null))?.isDirectory() !== true) return
  await chmod(path, 0o700)
  for (const name of await readdir(path)) await openFolders(join(path, name))
}
