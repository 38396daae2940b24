/** Repairs of a history, and the words for what they did. They need the history for themselves, but for a plain rebuild. */
import { realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Actor } from '../../contract/session.ts'
import { asStoreError, StoreError } from '../store/errors.ts'
import { isHistoryAt, storePaths } from '../store/project-folder.ts'
import type { SalvageReport } from '../store/salvage/salvage.ts'
import { ServerLock } from '../user/server-lock.ts'
import type { Refusal } from './answer.ts'
import { counted, plain } from './text.ts'

export interface Repaired {
  /** The number of entries that the index is now made of; null where it was not rebuilt. */
  readonly rebuilt: number | null
  readonly salvaged: SalvageReport | null
}

export const nothingRepaired: Repaired = { rebuilt: null, salvaged: null }

/** Throws `StoreError` `no-store`. What is left of a history without its database is one. */
export function refuseWithoutHistory(root: string): void {
  const paths = storePaths(root)
  if (!isHistoryAt(paths)) throw new StoreError('no-store', `there is no history at ${paths.database}`)
}

/** Rebuilds the index in place; in a copy where its damage does not let it be dropped. */
export async function rebuildIndex(root: string): Promise<Repaired | Refusal> {
  const { openStore } = await import('../store/open-store.ts')
  try {
    const store = await openStore({ root })
    const { entries } = await store.index.rebuild().finally(() => store.close())
    return { ...nothingRepaired, rebuilt: entries }
  } catch (thrown) {
    if (asStoreError(thrown).code !== 'damaged') throw thrown
  }
  return alone(root, async () => {
    const { rebuildCopy } = await import('../store/rebuild-copy.ts')
    return { ...nothingRepaired, rebuilt: rebuildCopy(storePaths(root), new Date()).entries }
  })
}

export async function salvageHistory(root: string): Promise<Repaired | Refusal> {
  return alone(root, async () => {
    const { salvageProject } = await import('../store/salvage/project.ts')
    return { ...nothingRepaired, salvaged: await salvageProject(root, thisUser(), new Date()) }
  })
}

export function thisUser(): Actor {
  const { username } = userInfo()
  return { id: `user:${username}`, name: username }
}

async function alone<T>(root: string, work: () => Promise<T>): Promise<T | Refusal> {
  const lock = await ServerLock.take(realpathSync(root), 'fsck', 'work')
  if (!(lock instanceof ServerLock)) return served
  try {
    return await work()
  } finally {
    lock.release()
  }
}

const served: Refusal = {
  code: 'busy',
  message: 'this folder is being served, and the server has the history open',
  hint: 'Stop the server, then run this command again.',
  exit: 1,
}

export function repairLines({ rebuilt, salvaged }: Repaired): readonly string[] {
  return [
    ...(rebuilt === null
      ? []
      : [`the index was rebuilt from the log (${counted(rebuilt, 'entry', 'entries')})`]),
    ...(salvaged === null ? [] : salvageLines(salvaged)),
  ]
}

function salvageLines({ aside, kept, lost, unverified, relinked }: SalvageReport): readonly string[] {
  const { entries, runs, objects, documents } = lost
  const keptThings = [
    counted(kept.entries, 'log entry', 'log entries'),
    counted(kept.runs, 'run'),
    counted(kept.objects, 'object'),
    counted(kept.documents, 'open notebook'),
  ]
  return [
    `kept: ${keptThings.join(', ')}`,
    ...(entries.length === 0 ? [] : [`lost: log entries ${rangesText(entries)}`]),
    ...(runs === 0
      ? []
      : [`lost: the beginning of ${counted(runs, 'run')}, which the log does not list any more`]),
    ...objects.map((digest) => `lost: object ${plain(digest)}`),
    ...documents.map(({ path, lost: what }) =>
      what === 'all'
        ? `lost: the edits of "${plain(path)}" that were not saved to its file`
        : `lost: some edits of "${plain(path)}"; the file and the edits that are left are merged when it is opened`,
    ),
    ...(unverified.length === 0
      ? []
      : [`kept, but not proven to be as they were written: log entries ${rangesText(unverified)}`]),
    ...(relinked === null ? [] : [`the hash chain was computed again from entry ${relinked} on`]),
    `the damaged history is in .yesterday/${plain(aside)}`,
  ]
}

const rangesText = (ranges: SalvageReport['unverified']): string =>
  ranges.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join(', ')
