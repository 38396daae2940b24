/** Salvages the history of a project, and begins a new one beside a damaged one. No program may have the history open. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Actor } from '../../../contract/session.ts'
import { workspaceOf } from '../../user/workspace.ts'
import { forgetPinnedHead, readPinnedHead } from '../chain/pinned-head.ts'
import { userSigningKey } from '../chain/signing-key.ts'
import { asStoreError, StoreError } from '../errors.ts'
import { openStore } from '../open-store.ts'
import { type StorePaths, storePaths } from '../project-folder.ts'
import { asideName, finishSwap, swapDatabase } from '../swap.ts'
import { type SalvageReport, salvage } from './salvage.ts'

/** Throws `StoreError`: `untrusted` for a history that was made elsewhere. */
export async function salvageProject(root: string, by: Actor, now: Date): Promise<SalvageReport> {
  const paths = storePaths(root)
  const id = ownWorkspace(paths)
  const last = readPinnedHead(id)?.seq ?? 0
  const report = await salvage({ paths, key: userSigningKey(), by, now, last })
  // The new chain is signed, and remembered in the place of the old one.
  const store = await openStore({ root })
  await store.close()
  return report
}

/** Sets the database aside and returns where: the next program that opens the history begins a new one. */
export function beginBeside(root: string, now: Date): string {
  const paths = storePaths(root)
  const id = ownWorkspace(paths)
  try {
    finishSwap(paths)
    const aside = asideName(paths, 'damaged', now)
    swapDatabase(paths, null, aside)
    const head = readPinnedHead(id)
    mkdirSync(join(paths.folder, aside), { recursive: true, mode: 0o700 })
    if (head !== null)
      writeFileSync(join(paths.folder, aside, 'head.json'), JSON.stringify(head), { mode: 0o600 })
    forgetPinnedHead(id)
    return aside
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

function ownWorkspace(paths: StorePaths): string {
  const workspace = workspaceOf(paths.folder)
  if (workspace.kind === 'own') return workspace.id
  if (workspace.kind === 'new') throw new StoreError('no-store', `there is no history at ${paths.database}`)
  throw new StoreError('untrusted', `the history in ${paths.folder} was not made on this machine`)
}
