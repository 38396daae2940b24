/** Whether this folder's history is trusted, and the answer to that question. */
import { projectApi } from '../../../contract/project-api.ts'
import type { WorkspaceState } from '../../../contract/workspace.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

/** `trust` settles when the project is open with all that it can do; throws if it cannot be. */
export function workspaceRoutes(why: WorkspaceState['why'], trust: () => Promise<void>): readonly Route[] {
  return [
    on(projectApi.workspace, async () => json({ trusted: why === null, why } satisfies WorkspaceState)),
    on(projectApi.trust, async () => {
      if (why === 'link') return refuse(linked)
      if (why !== null) await trust()
      return json({ trusted: true, why: null } satisfies WorkspaceState)
    }),
  ]
}

const linked = {
  code: 'linked',
  status: 409,
  message: '.yesterday is a link or a file here, and cannot be trusted.',
  hint: 'Put a folder in its place, or remove it.',
}
