/** What the commands share that run the past again: the project's parts, a way to stop, and how refusals are said. */
import { realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { ReplayTarget } from '../../contract/replay.ts'
import type { Actor } from '../../contract/session.ts'
import { RunHistory } from '../prediction/run-history.ts'
import type { Refused } from '../replay/targets.ts'
import type { ReplayWorld } from '../replay/world.ts'
import { endOrphans } from '../session/orphans.ts'
import { openKernels } from '../setup/open-kernels.ts'
import { findInterpreters } from '../setup/python.ts'
import { openStore } from '../store/open-store.ts'
import { storePaths } from '../store/project-folder.ts'
import { trustWorkspace } from '../user/workspace.ts'
import { type Refusal, warn } from './answer.ts'
import { secretAsker } from './ask-secret.ts'
import { stoppable } from './in-project.ts'
import { projectPath, projectRoot } from './project-root.ts'

/** The person at the terminal. */
export const terminalActor = (): Actor => {
  const name = accountName()
  return { id: `user:${name}`, name }
}

/** A container may run the program as a user without an account. */
function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? `uid-${process.getuid?.() ?? 0}`
  }
}

type EffectsAllowed = Required<Pick<ReplayWorld, 'maySend' | 'mayStart' | 'mayWrite'>> &
  Pick<ReplayWorld, 'isolation'>

/** Opens the project, gives it to `work`, and closes it; Ctrl-C stops what runs and is waited for. */
export async function withWorld<T>(
  place: {
    readonly root?: string | undefined
    readonly notebook?: string | undefined
    /** Trusts a history that was made elsewhere first. */
    readonly trust: boolean
  } & EffectsAllowed,
  work: (world: ReplayWorld, signal: AbortSignal) => Promise<T>,
  { keepKernels = false }: { readonly keepKernels?: boolean } = {},
): Promise<T> {
  const root = realpathSync(projectRoot(place))
  if (place.trust) trustWorkspace(storePaths(root).folder)
  const store = await openStore({ root })
  const interpreters = await findInterpreters(root)
  const kernels = openKernels(root, { interpreters })
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  try {
    return await stoppable(stop, async () => {
      await endOrphans({ root, store, kernels, onProblem: warn })
      const { maySend, mayStart, mayWrite, isolation } = place
      const learned = new RunHistory(store)
      const world = {
        store,
        kernels,
        root,
        env: process.env,
        learned,
        maySend,
        mayStart,
        mayWrite,
        isolation,
      }
      const askSecret = secretAsker(stopping.signal)
      return work(askSecret === undefined ? world : { ...world, askSecret }, stopping.signal)
    })
  } finally {
    await kernels.close({ shutdown: !keepKernels })
    await store.close()
  }
}

/** The refusal of a command. */
export const asRefusal = ({ refused }: Refused): Refusal => ({ ...refused, exit: 2 })

/** A notebook by its file's name, a session by `session:`, else a run, with `:NAME` for one thing of it. */
export function targetOfWords(words: string, root: string): ReplayTarget {
  if (words.endsWith('.ipynb')) return { kind: 'notebook', path: projectPath(root, words) }
  if (words.startsWith('session:')) return { kind: 'session', session: words.slice('session:'.length) }
  const colon = words.indexOf(':')
  if (colon < 0) return { kind: 'run', run: words }
  return { kind: 'run', run: words.slice(0, colon), name: words.slice(colon + 1) }
}
