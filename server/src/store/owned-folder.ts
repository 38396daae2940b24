/** Temporary folders of processes that are gone, and their removal. The owner is in the folder's name (owned-name.ts). */
import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasOwner } from '@yesterday/kernel-bridge/owned-name'

export { ownedName } from '@yesterday/kernel-bridge/owned-name'

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
