/** Work with kernels of its own in a project, without a server: opened before, and closed whatever happens. */
import { statSync } from 'node:fs'
import type { Interpreter, Kernels } from '@yesterday/kernel-bridge'
import { endOrphans } from '../session/orphans.ts'
import { openKernels } from '../setup/open-kernels.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/ports.ts'
import { storePaths } from '../store/project-folder.ts'
import { trustWorkspace } from '../user/workspace.ts'
import { type Refusal, warn } from './answer.ts'

/** Finds the Pythons to offer as kernels for a project. */
export type FindInterpreters = (root: string) => Promise<readonly Interpreter[]>

interface Opened {
  readonly store: Store
  readonly kernels: Kernels
}

/** Ends what an earlier program left first. The kernels end with the work. */
export async function inProject(
  root: string,
  { trust, interpreters }: { readonly trust: boolean; readonly interpreters: FindInterpreters },
  work: (opened: Opened) => Promise<Refusal | null>,
): Promise<Refusal | null> {
  if (!isFolder(root)) return noFolder(root)
  if (trust) trustWorkspace(storePaths(root).folder)
  const store = await openStore({ root })
  const kernels = openKernels(root, { interpreters: await interpreters(root) })
  try {
    await endOrphans({ root, store, kernels, onProblem: warn })
    return await work({ store, kernels })
  } finally {
    await kernels.close({ shutdown: true })
    await store.close()
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const noFolder = (root: string): Refusal => ({
  code: 'no-folder',
  message: `there is no folder ${root}`,
  hint: 'Name an existing folder with --root, or create it first.',
  exit: 2,
})

/** Does the work; `stop` is called if the program is to end meanwhile. Kernels are process groups of their own. */
export async function stoppable<T>(stop: () => void, work: () => Promise<T>): Promise<T> {
  for (const signal of STOP_SIGNALS) process.once(signal, stop)
  try {
    return await work()
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, stop)
  }
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
