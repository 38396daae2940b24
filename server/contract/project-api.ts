/** Routes of the signed-in person, the project's history as a whole, its trust, and its kernelspecs. */
import { z } from 'zod'
import { HistoryState, WrittenAgain } from './history.ts'
import { KernelSpecs, Me, MeChange } from './http.ts'
import { plain } from './route.ts'
import { WorkspaceState } from './workspace.ts'

const Permissions = z
  .string()
  .max(10_000)
  .default('{}')
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'permissions must be JSON' })
      return z.NEVER
    }
  })
  .pipe(z.record(z.string().max(100), z.array(z.string().max(100))))

export const projectApi = {
  me: {
    ...plain,
    method: 'get',
    path: '/api/me',
    summary: 'Returns how the caller is shown to others, and the project.',
    role: 'viewer',
    /** `permissions`, as Jupyter clients ask: `{"kernels": ["execute"]}` in JSON; the answer has what is allowed of it. */
    query: z.object({ permissions: Permissions }),
    answer: Me,
  },
  changeMe: {
    ...plain,
    method: 'put',
    path: '/api/me',
    summary: "Changes the caller's name or colour.",
    role: 'viewer',
    body: MeChange,
    answer: Me,
  },
  signOut: {
    ...plain,
    method: 'post',
    path: '/api/sign-out',
    summary: "Ends the caller's cookie and closes their sockets with 4403.",
    role: 'viewer',
    reads: 'nothing',
    answer: null,
    status: 204,
  },
  history: {
    ...plain,
    method: 'get',
    path: '/api/history',
    summary: 'Returns whether the history is sound, damaged or gone.',
    role: 'viewer',
    answer: HistoryState,
  },
  writeHistoryAgain: {
    ...plain,
    method: 'post',
    path: '/api/history/write-again',
    summary: 'Writes the open history to its place again, after its folder was removed.',
    role: 'owner',
    answer: WrittenAgain,
  },
  workspace: {
    ...plain,
    method: 'get',
    path: '/api/workspace',
    summary: 'Returns whether the history of this folder is trusted.',
    role: 'viewer',
    answer: WorkspaceState,
  },
  trust: {
    ...plain,
    method: 'post',
    path: '/api/workspace/trust',
    summary: 'Trusts a history that was made elsewhere, and opens the project again.',
    role: 'owner',
    answer: WorkspaceState,
  },
  kernelspecs: {
    ...plain,
    method: 'get',
    path: '/api/kernelspecs',
    summary: 'Lists the kernels that a notebook can choose from.',
    role: 'viewer',
    answer: KernelSpecs,
  },
} as const
