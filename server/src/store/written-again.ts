/** A history that was removed or replaced while it was open: its folder, the database, and what cannot be written again. */
import { existsSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { WrittenAgain } from '../../contract/history.ts'
import type { Digest } from '../../contract/ids.ts'
import type { Actor } from '../../contract/session.ts'
import { trustWorkspace, workspaceOf } from '../user/workspace.ts'
import type { SigningKey } from './chain/signing-key.ts'
import { openForReading } from './database.ts'
import { asStoreError } from './errors.ts'
import type { Health } from './health.ts'
import type { HistoryPlace } from './history-place.ts'
import { digestsOf } from './kept-objects.ts'
import type { HistorySalvaged } from './log-entry.ts'
import type { ObjectStore, RunLog } from './ports.ts'
import { isHistoryAt, prepareBare, type StorePaths } from './project-folder.ts'
import type { Reader } from './reader.ts'
import { asideName } from './swap.ts'
import type { Requests } from './writer.ts'

export interface HistoryParts {
  readonly paths: StorePaths
  readonly writer: Requests
  readonly reader: Reader
  readonly place: HistoryPlace
  readonly health: Health
  readonly runs: RunLog
  readonly objects: ObjectStore
  readonly key: () => SigningKey
}

/** Does nothing where the history is there. Throws `StoreError`; then nothing is lost that was not lost before. */
export async function writeHistoryAgain(parts: HistoryParts, by: Actor, now: Date): Promise<WrittenAgain> {
  const { paths, writer, reader, place, health } = parts
  if (place.problem() === null) return { lostObjects: [], aside: null }
  const replaced = takeFolder(paths, now)
  const aside = asideName(paths, 'replaced', now)
  await writer.request({ type: 'writeAgain', aside })
  place.renew()
  reader.reopen(openForReading(paths.database))
  health.returned()
  const lostObjects = await findLost(parts)
  if (lostObjects.length > 0) await parts.runs.append([recordOf(parts, lostObjects, by, now, aside)])
  const isThere = existsSync(join(paths.folder, aside))
  return {
    lostObjects: [...lostObjects],
    aside: replaced ?? (isThere ? join(basename(paths.folder), aside) : null),
  }
}

/** A folder of another origin gives way. One without a history was made by this program, after the removal. */
function takeFolder(paths: StorePaths, now: Date): string | null {
  try {
    const workspace = workspaceOf(paths.folder)
    const isOther = workspace.kind === 'foreign' && (workspace.why === 'link' || isHistoryAt(paths))
    const name = isOther ? `${basename(paths.folder)}.replaced-${now.getTime()}` : null
    if (name !== null) renameSync(paths.folder, join(dirname(paths.folder), name))
    else if (workspace.kind === 'foreign') trustWorkspace(paths.folder)
    prepareBare(paths)
    return name
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

async function findLost({ runs, objects }: HistoryParts): Promise<readonly Digest[]> {
  const lost = new Set<Digest>()
  for await (const { entry } of runs.read())
    for (const digest of digestsOf(entry)) if (!(await objects.has(digest))) lost.add(digest)
  return [...lost]
}

function recordOf(
  { key }: HistoryParts,
  objects: readonly Digest[],
  by: Actor,
  now: Date,
  aside: string,
): HistorySalvaged {
  const nothing = { lost: [], unverified: [], entries: [], relinked: null }
  const at = now.toISOString()
  return key().sign({ type: 'history-salvaged' as const, at, by, aside, ...nothing, objects: [...objects] })
}
