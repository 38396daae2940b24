/** `yesterday kernels --stop`: ends kernels, and in the log the sessions that no server will end. */
import { realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Kernels } from '@yesterday/kernel-bridge'
import { endOrphans, endSession, type Orphans } from '../session/orphans.ts'
import { openKernels } from '../setup/open-kernels.ts'
import { openStore } from '../store/open-store.ts'
import type { OpenSession, Store } from '../store/ports.ts'
import { ServerLock } from '../user/server-lock.ts'
import { type Refusal, warn } from './answer.ts'

/** Which kernels: of one session by its first digits, of all, or those that killed programs left. */
export type Which = { readonly session: string } | 'all' | 'orphans'

export interface Stopped {
  readonly sessions: readonly StoppedSession[]
  readonly orphans: Orphans
}

export interface StoppedSession {
  readonly session: string
  readonly notebook: string
  /** False if its kernel was gone already. */
  readonly ran: boolean
}

export async function stopKernels(named: string, which: Which): Promise<Stopped | Refusal> {
  const root = realpathSync(named)
  const store = await openStore({ root })
  const kernels = openKernels(root, { interpreters: [] })
  try {
    const orphans = await endOrphans({ root, store, kernels, onProblem: warn })
    if (which === 'orphans') return { sessions: [], orphans }
    const open = await store.index.openSessions()
    const chosen =
      which === 'all' ? open : open.filter(({ session }) => session.session.startsWith(which.session))
    if (which !== 'all' && chosen.length !== 1) return notOne(which.session, chosen)
    const isServed = (await ServerLock.holder(root)) !== null
    const sessions: StoppedSession[] = []
    for (const one of chosen) sessions.push(await stop(one, { store, kernels, isServed }))
    return { sessions, orphans }
  } finally {
    await kernels.close()
    await store.close()
  }
}

/** A living server or program hears of its kernel's death and records it; else it is recorded here. */
async function stop(
  open: OpenSession,
  { store, kernels, isServed }: { store: Store; kernels: Kernels; isServed: boolean },
): Promise<StoppedSession> {
  const { session, notebook, documentId, kernel } = open.session
  const isOthers = (await kernels.ownership(kernel)) === 'owned' || (documentId !== null && isServed)
  const reason = `stopped by ${userInfo().username} with "yesterday kernels --stop"`
  const ran = isOthers ? await kernels.end(kernel) : await endSession(open, reason, { store, kernels })
  return { session, notebook, ran }
}

const notOne = (prefix: string, found: readonly OpenSession[]): Refusal => ({
  code: found.length === 0 ? 'no-session' : 'ambiguous-session',
  message:
    found.length === 0
      ? `no open session begins with "${prefix}"`
      : `several open sessions begin with "${prefix}": ${found.map(({ session }) => session.session).join(', ')}`,
  hint: 'See "yesterday kernels".',
  exit: 2,
})
