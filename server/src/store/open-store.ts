/** One project's storage on SQLite and plain files, in `.yesterday/` of its folder. */
import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { inBackground } from '@yesterday/kernel-bridge/background'
import { maskLog } from '@yesterday/kernel-bridge/log'
import { projectSecrets } from '../secrets/secrets.ts'
import { userSeal } from '../secrets/user-seal.ts'
import { openProjectState } from '../user/user-folder.ts'
import { workspaceOf } from '../user/workspace.ts'
import { Heads } from './chain/heads.ts'
import { type PinnedHead, readPinnedHead, writePinnedHead } from './chain/pinned-head.ts'
import { proveRun } from './chain/proof.ts'
import { userSigningKey } from './chain/signing-key.ts'
import { check } from './check.ts'
import { copyHistory, isReadAsItIs, openForReading, openFrozen } from './database.ts'
import { StoreError } from './errors.ts'
import { replaceExposedKey } from './exposed-key.ts'
import { Health } from './health.ts'
import { HistoryPlace, watchPlace } from './history-place.ts'
import { maskedLog } from './masked-log.ts'
import { ObjectFiles } from './object-files.ts'
import { noteProject } from './own-record.ts'
import type { RunIndex, Store } from './ports.ts'
import { prepareFolder, refuseLostDatabase, type StorePaths, storePaths } from './project-folder.ts'
import { projectKey } from './project-key.ts'
import { Reader } from './reader.ts'
import { RecentObjects } from './recent-objects.ts'
import { sealedUpdates } from './sealed-updates.ts'
import { SqliteIndex } from './sqlite-index.ts'
import { SqliteLog } from './sqlite-log.ts'
import { SqliteObjects } from './sqlite-objects.ts'
import { SqliteUpdates } from './sqlite-updates.ts'
import { type Requests, Writer } from './writer.ts'
import { type HistoryParts, writeHistoryAgain } from './written-again.ts'

/**
 * Opens the storage of the project folder `root`, making it where missing. Throws `StoreError`: `untrusted` for a history
 * that was made elsewhere, which is only read until its owner trusts it. Secrets of the project are masked in every fault
 * that this process reports from then on.
 */
export async function openStore({ root }: { readonly root: string }): Promise<Store> {
  const paths = storePaths(root)
  prepareFolder(paths)
  const health = new Health()
  const writer = await Writer.open(paths, (error) => health.refused(error))
  const store = assemble({ writer, paths, root, health })
  maskLog((line) => store.secrets.mask(line))
  return store
}

/** What can be asked without writing. */
export interface ReadOnlyStore {
  readonly objects: Pick<Store['objects'], 'get' | 'has' | 'size' | 'list'>
  readonly runs: Pick<Store['runs'], 'read'>
  readonly updates: Pick<Store['updates'], 'load' | 'findByPath' | 'all'>
  readonly index: Omit<RunIndex, 'rebuild'>
  readonly secrets: Store['secrets']
  readonly check: Store['check']
  readonly prove: Store['prove']
  readonly close: Store['close']
}

/** Opens what is there to read it, at once and without making a history; throws `StoreError` `no-store` where nothing is. */
export function openStoreToRead({ root }: { readonly root: string }): ReadOnlyStore {
  const paths = storePaths(root)
  refuseLostDatabase(paths)
  if (workspaceOf(paths.folder).kind === 'own') return assemble({ writer: noWriter, paths, root })
  return openForeignStore({ root, copies: join(openProjectState(realpathOf(root)), 'visit') })
}

const realpathOf = (root: string): string => (existsSync(root) ? realpathSync(root) : resolve(root))

/**
 * Opens a history that was made elsewhere, to be read: nothing is written into its folder. One that SQLite would write to
 * (of an older program, or with a WAL) is copied into `copies` and read there.
 */
export function openForeignStore({
  root,
  copies,
}: {
  readonly root: string
  readonly copies: string
}): Store {
  const paths = storePaths(root)
  if (isReadAsItIs(paths.database)) return assemble({ writer: noTrust, paths, root, open: openFrozen })
  return assemble({
    writer: noTrust,
    paths: { ...paths, database: copyHistory(paths.database, copies) },
    root,
  })
}

const noTrust: Requests = {
  request: () =>
    Promise.reject(new StoreError('untrusted', 'nothing is recorded in a history that was made elsewhere')),
  close: async () => undefined,
}

const noWriter: Requests = {
  request: () => Promise.reject(new StoreError('read-only', 'the store was opened to be read')),
  close: async () => undefined,
}

interface Parts {
  readonly writer: Requests
  readonly paths: StorePaths
  readonly root: string
  readonly health?: Health
  readonly open?: (path: string) => DatabaseSync
}

function assemble({ writer, paths, root, health = new Health(), open = openForReading }: Parts): Store {
  noteProject(root)
  const reader = new Reader(open(paths.database), (error) => health.refused(error))
  const place = new HistoryPlace(paths.database)
  const isRead = writer === noWriter || writer === noTrust
  const files = new ObjectFiles(paths.objects, isRead ? undefined : place)
  const objects = new RecentObjects(new SqliteObjects(writer, reader, files))
  const heads = isRead ? noHeads : headsOf(writer, reader, paths)
  const key = userSigningKey
  if (!isRead) announce(replaceExposedKey(paths, reader))
  const secrets = projectSecrets(root)
  const runs = maskedLog(new SqliteLog({ writer, db: reader, objects, key, heads }), secrets.masker)
  const parts = { paths, writer, reader, place, health, runs, objects, key }
  const stopWatching = isRead ? () => undefined : watchHistory(parts)
  return {
    objects,
    eviction: objects,
    runs,
    updates: sealedUpdates(new SqliteUpdates(writer, reader), userSeal()),
    index: new SqliteIndex(writer, reader, objects, root),
    key: projectKey(paths.folder),
    secrets,
    health,
    check: () => check({ db: reader, path: paths.database, objects, runs, pinned: pinnedHead(paths) }),
    prove: async (run) => proveRun(reader, run),
    writeAgain: (by) => writeHistoryAgain(parts, by, new Date()),
    close: async () => {
      stopWatching()
      await heads.sign()
      reader.close()
      await writer.close()
    },
  }
}

function announce(text: string | null): void {
  if (text !== null) process.stderr.write(`${text}\n`)
}

/** What was opened to be read signs nothing. */
const noHeads: Pick<Heads, 'appended' | 'sign'> = { appended: () => undefined, sign: async () => undefined }

function headsOf(writer: Requests, db: Reader, paths: StorePaths): Heads {
  const pin = (head: PinnedHead): void => {
    const id = ownWorkspace(paths)
    if (id !== null) writePinnedHead(id, head)
  }
  return new Heads({ db, writer, key: userSigningKey, pin, now: () => new Date() })
}

/** It is asked each time: a history that was written again is in another folder. */
function ownWorkspace({ folder }: StorePaths): string | null {
  const workspace = workspaceOf(folder)
  return workspace.kind === 'own' ? workspace.id : null
}

function pinnedHead(paths: StorePaths): PinnedHead | null {
  const id = ownWorkspace(paths)
  return id === null ? null : readPinnedHead(id)
}

/** Reports a history that is gone, or came back, within a second. */
function watchHistory({ paths, writer, place, health }: HistoryParts): () => void {
  return watchPlace(paths.database, () => {
    const problem = place.problem()
    if (problem !== null) {
      health.refused(problem)
      return
    }
    if (health.state.kind !== 'gone') return
    health.returned()
    // What was committed in that instant is acknowledged with the next request.
    inBackground(writer.request({ type: 'writeAgain', aside: '' }), 'looking for the history')
  })
}
