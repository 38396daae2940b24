/** A project as the server opens it: with all that it can do if its history is ours, else to be read. */
import { join } from 'node:path'
import type { WorkspaceState } from '../contract/workspace.ts'
import { RunHistory } from './prediction/run-history.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/ports.ts'
import { storePaths } from './store/project-folder.ts'
import { openVisitedStore } from './store/visited-store.ts'
import { openProjectState } from './user/user-folder.ts'
import { claimWorkspace } from './user/workspace.ts'

export interface Project {
  /** Absolute, links resolved. */
  readonly root: string
  readonly store: Store
  /** What predictions learn from. */
  readonly learned: RunHistory
  /** Where the trash, and what files and documents agreed on, are kept. */
  readonly folder: string
  /** Why its history is not trusted; null if it is. */
  readonly untrusted: WorkspaceState['why']
}

/** Throws `StoreError` where the folder cannot be used. */
export async function openProject(root: string, onProblem: (problem: string) => void): Promise<Project> {
  const { folder } = storePaths(root)
  const workspace = claimWorkspace(folder)
  if (workspace.kind !== 'foreign') {
    const store = await openStore({ root })
    return { root, store, learned: new RunHistory(store), folder, untrusted: null }
  }
  const own = join(openProjectState(root), 'visit')
  const store = await openVisitedStore({ root, own, onProblem })
  const learned = new RunHistory(store)
  return { root, store, learned, folder: storePaths(own).folder, untrusted: workspace.why }
}
