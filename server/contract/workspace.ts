/**
 * Whether the project's history is ours (`GET /api/workspace`), and the person's trust in one that is not
 * (`POST /api/workspace/trust`). Until then it is read, and nothing runs.
 */
import { z } from 'zod'

export const WorkspaceState = z.object({
  trusted: z.boolean(),
  /**
   * Why it is not: `unsigned` was made on another machine, by another user, or before histories were signed; `moved` is a
   * copy of one of ours; `link` is a link in place of the folder. Null if it is trusted.
   */
  why: z.enum(['unsigned', 'moved', 'link']).nullable(),
})
export type WorkspaceState = z.infer<typeof WorkspaceState>
