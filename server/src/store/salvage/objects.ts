/** The objects of a damaged history: which are whole, and which that the log names are lost. */

import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Digest } from '../../../contract/ids.ts'
import { digestOfMany } from '../../disk/digest.ts'
import { digestsOf } from '../kept-objects.ts'
import { LogEntry } from '../log-entry.ts'
import type { ObjectFiles } from '../object-files.ts'
import { prepared } from '../prepared.ts'
import { integer, text } from '../row.ts'
import { own } from '../sqlite-updates.ts'

export interface SalvagedObjects {
  readonly kept: number
  /** Files whose bytes are not those of their name; they were moved to the folder of what is damaged. */
  readonly damaged: readonly Digest[]
  /** Objects that entries name and that are nowhere. */
  readonly lost: readonly Digest[]
}

export async function salvageObjects(
  db: DatabaseSync,
  files: ObjectFiles,
  aside: string,
): Promise<SalvagedObjects> {
  const damaged: Digest[] = []
  let keptCount = blobCount(db)
  for await (const digest of files.list()) {
    if (await isWhole(files, digest)) keptCount++
    else {
      await mkdir(join(aside, 'objects'), { recursive: true, mode: 0o700 })
      await rename(files.pathOf(digest), join(aside, 'objects', digest.slice('sha256:'.length)))
      damaged.push(digest)
    }
  }
  const lost: Digest[] = []
  for (const digest of namedIn(db)) if (!(await isKept(db, files, digest))) lost.push(digest)
  return { kept: keptCount, damaged, lost }
}

async function isWhole(files: ObjectFiles, digest: Digest): Promise<boolean> {
  const bytes = await files.get(digest).catch(() => null)
  return bytes !== null && (await digestOfMany(own(bytes))) === digest
}

const blobCount = (db: DatabaseSync): number => {
  const row = db.prepare('SELECT count(*) AS blobs FROM blobs').get()
  return row === undefined ? 0 : integer(row, 'blobs')
}

function namedIn(db: DatabaseSync): ReadonlySet<Digest> {
  const named = new Set<Digest>()
  for (const row of db.prepare("SELECT body FROM log WHERE type IN ('run-queued', 'run-ended')").iterate()) {
    const entry = LogEntry.safeParse(JSON.parse(text(row, 'body'))).data
    for (const digest of entry === undefined ? [] : digestsOf(entry)) named.add(digest)
  }
  return named
}

const isKept = async (db: DatabaseSync, files: ObjectFiles, digest: Digest): Promise<boolean> =>
  prepared(db, 'SELECT 1 FROM blobs WHERE digest = ?').get(digest) !== undefined || files.has(digest)
