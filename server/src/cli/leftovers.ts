/** Before a command: ends what killed programs left in the project. A look costs a few reads where nothing is left. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isCutStart } from '@yesterday/kernel-bridge/owned-name'
import { isSameProcess } from '@yesterday/kernel-bridge/process-identity'
import { z } from 'zod'
import { readRegularSync } from '../disk/regular-file.ts'
import { abandonedIn } from '../store/owned-folder.ts'
import { storePaths } from '../store/project-folder.ts'
import { workspaceOf } from '../user/workspace.ts'
import { warn } from './answer.ts'

const Owned = z.object({ owner: z.object({ pid: z.number(), started: z.string() }) })

/** Never throws: what is wrong with the project, the command itself says. */
export async function endLeftovers(root: string): Promise<void> {
  try {
    const { folder } = storePaths(root)
    if (workspaceOf(folder).kind !== 'own' || !(await seemsLeft(folder))) return
    const { endProjectOrphans } = await import('./end-orphans.ts')
    await endProjectOrphans(root, warn)
  } catch {
    // Nothing was ended; the next command tries again.
  }
}

/** By the records as they are written, unproven: what is done about it asks for proof. */
async function seemsLeft(folder: string): Promise<boolean> {
  if ((await abandonedIn(join(folder, 'scratch'))).length > 0) return true
  const names = namesIn(join(folder, 'kernels'))
  return names.some((name) => isCutStart(name) || hasLostOwner(join(folder, 'kernels', name)))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function hasLostOwner(folder: string): boolean {
  try {
    const record = Owned.safeParse(JSON.parse(readRegularSync(join(folder, 'process.json')).toString()))
    return record.success && !isSameProcess(record.data.owner)
  } catch {
    return false
  }
}
