/**
 * Ends what killed programs left in a project: kernels of `yesterday run` and of replays whose program is gone, with
 * their sessions, and scratch copies. Invariant: what an orphan spooled is in the log before it is removed; what has a
 * living owner, or is kept by a person, is left alone.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { KernelHere, Kernels } from '@yesterday/kernel-bridge'
import { isCutStart } from '@yesterday/kernel-bridge/owned-name'
import * as Y from 'yjs'
import { inTurn } from '../setup/turns.ts'
import { abandonedIn, removeTree } from '../store/owned-folder.ts'
import type { OpenSession, Store } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'
import { Quarantine } from './quarantine.ts'
import { closeSession } from './recover.ts'

export interface OrphanOptions {
  readonly root: string
  readonly store: Store
  readonly kernels: Kernels
  readonly onProblem: (problem: string) => void
}

/** What was ended. */
export interface Orphans {
  readonly sessions: number
  readonly kernels: number
  readonly scratch: number
}

export const noOrphans: Orphans = { sessions: 0, kernels: 0, scratch: 0 }

const KILLED = 'the program that ran it was killed'

/** One program at a time; where there is nothing to end, none waits for another. */
export async function endOrphans(options: OrphanOptions): Promise<Orphans> {
  if (!(await hasOrphans(options))) return noOrphans
  const lock = join(options.root, FOLDER, 'recovery.lock')
  return inTurn(
    lock,
    () => undefined,
    () => endAll(options),
  )
}

async function hasOrphans({ root, store, kernels }: OrphanOptions): Promise<boolean> {
  const found = await Promise.all([
    abandonedIn(join(root, FOLDER, 'scratch')),
    orphanedSessions(store, kernels),
    lostKernels(store, kernels),
    cutStarts(join(root, FOLDER, 'kernels')),
  ])
  return found.some((some) => some.length > 0)
}

async function cutStarts(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).filter(isCutStart)
}

async function endAll(options: OrphanOptions): Promise<Orphans> {
  const { root, store, kernels } = options
  const closed = await closeSessions(options)
  let ended = closed.kernels + (await kernels.endOrphans())
  for (const kernel of await lostKernels(store, kernels)) {
    if (await kernels.end(kernel)) ended += 1
    await kernels.forget(kernel)
  }
  const folders = await abandonedIn(join(root, FOLDER, 'scratch'))
  await Promise.all(folders.map(removeTree))
  return { sessions: closed.sessions, kernels: ended, scratch: folders.length }
}

async function closeSessions({ root, store, kernels, onProblem }: OrphanOptions) {
  const closed = { sessions: 0, kernels: 0 }
  for (const open of await orphanedSessions(store, kernels)) {
    try {
      if (await endSession(open, KILLED, { store, kernels })) closed.kernels += 1
      closed.sessions += 1
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const { place } = await new Quarantine(join(root, FOLDER), kernels).take(open.session, why)
      const quarantineNote = place === null ? '' : ` What its kernel had left is kept in ${place}.`
      onProblem(`session ${open.session.session} of ${open.session.notebook}: ${why}.${quarantineNote}`)
    }
  }
  return closed
}

/**
 * Kernels that no open session names: their session has ended, or never began. A kernel is owned until its session is in
 * the log, so the kernels are listed before the sessions.
 */
async function lostKernels(
  { index }: Pick<Store, 'index'>,
  kernels: Kernels,
): Promise<readonly KernelHere[]> {
  const here = await kernels.list()
  const named = new Set((await index.openSessions()).map(({ session }) => session.kernel.kernelId))
  return here.filter(
    ({ kernelId, ownership }) => !named.has(kernelId) && ownership !== 'owned' && ownership !== 'unknown',
  )
}

/** Sessions of no document: their program writes their end, unless it is gone. */
async function orphanedSessions(
  { index }: Pick<Store, 'index'>,
  kernels: Kernels,
): Promise<readonly OpenSession[]> {
  const open = (await index.openSessions()).filter(({ session }) => session.documentId === null)
  const ownership = await Promise.all(open.map(({ session }) => kernels.ownership(session.kernel)))
  return open.filter((_, place) => ownership[place] !== 'owned' && ownership[place] !== 'free')
}

/** Ends the kernel of an open session and the session with it. True if the kernel ran. */
export async function endSession(
  open: OpenSession,
  reason: string,
  { store, kernels }: Pick<OrphanOptions, 'store' | 'kernels'>,
): Promise<boolean> {
  const { kernel } = open.session
  const ran = await kernels.end(kernel)
  const spooled = await kernels.salvage(kernel)
  await closeSession(open, { store, kernels, spooled, doc: new Y.Doc(), reason })
  return ran
}
