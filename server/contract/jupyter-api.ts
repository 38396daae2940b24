/**
 * Routes of the Jupyter Server API (https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html), by which
 * any Jupyter client reaches kernels. `GET /api/me` and `GET /api/kernelspecs` are in project-api.ts: the page uses them
 * too. Refusals have `message` beside `error`, where those clients look for it.
 */
import { z } from 'zod'
import { Timestamp } from './ids.ts'
import { plain } from './route.ts'

/** Clients of Jupyter servers send JSON as `text/plain`. */
const jupyter = { ...plain, reads: 'anyJson' } as const

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const text = z.string().max(4096)
const Name = z.string().max(200)

export const JupyterKernelspec = z.object({
  name: z.string(),
  spec: z.object({
    argv: z.array(z.string()),
    /** Always empty: it may hold secrets. */
    env: z.object({}),
    display_name: z.string(),
    language: z.string(),
    interrupt_mode: z.enum(['signal', 'message']),
    metadata: z.record(z.string(), z.unknown()),
  }),
  /** Addresses of its logos. */
  resources: z.record(z.string(), z.string()),
})
export type JupyterKernelspec = z.infer<typeof JupyterKernelspec>

/** For people who use another program: the page of this server. */
export const HistoryLink = z.object({
  /** A notebook's history: `{path}` is its path in the project, each part percent-encoded. */
  history: z.string(),
})
export type HistoryLink = z.infer<typeof HistoryLink>

export const JupyterKernel = z.object({
  id: z.string(),
  /** Of the kernelspec. */
  name: z.string(),
  last_activity: Timestamp,
  execution_state: z.enum(['starting', 'idle', 'busy', 'restarting', 'dead']),
  connections: z.number().int(),
})
export type JupyterKernel = z.infer<typeof JupyterKernel>

export const JupyterSession = z.object({
  id: z.string(),
  path: z.string(),
  name: z.string(),
  type: z.string(),
  kernel: JupyterKernel,
  /** An older form of the same, for notebooks. */
  notebook: z.object({ path: z.string(), name: z.string() }).optional(),
})
export type JupyterSession = z.infer<typeof JupyterSession>

/** `env`: only names that begin with `KERNEL_` count. `path`: where the kernel works; it need not exist. */
export const JupyterKernelStart = z.preprocess(
  (value) => value ?? {},
  z.object({
    name: Name.nullish(),
    path: text.nullish(),
    kernel_id: z.string().regex(UUID).nullish(),
    env: z.record(Name, z.unknown()).default({}),
  }),
)
export type JupyterKernelStart = z.infer<typeof JupyterKernelStart>

export const JupyterSessionChange = z.object({
  path: text.optional(),
  name: text.nullish(),
  type: z.string().min(1).max(100).optional(),
  /** `id` names a kernel that is there; `name` a kernelspec to start one of. */
  kernel: z.object({ id: text.nullish(), name: Name.nullish() }).nullish(),
})
export type JupyterSessionChange = z.infer<typeof JupyterSessionChange>

export const JupyterSessionStart = JupyterSessionChange.extend({
  path: text.min(1),
  type: z.string().min(1).max(100),
})
export type JupyterSessionStart = z.infer<typeof JupyterSessionStart>

const kernel = { params: z.object({ kernel: z.string() }) }
const session = { params: z.object({ session: z.string() }) }

export const jupyterApi = {
  api: {
    ...jupyter,
    method: 'get',
    path: '/api',
    summary: 'Returns the version of the server.',
    role: 'viewer',
    answer: z.object({ version: z.string() }),
  },
  status: {
    ...jupyter,
    method: 'get',
    path: '/api/status',
    summary: 'Returns since when the server runs, and how many kernels and connections it has.',
    role: 'viewer',
    answer: z.object({
      started: Timestamp,
      last_activity: Timestamp,
      kernels: z.number().int(),
      connections: z.number().int(),
      /** Missing where no page is served. Kernelspecs have the same in `metadata.yesterday`. */
      yesterday: HistoryLink.optional(),
    }),
  },
  kernelspec: {
    ...jupyter,
    method: 'get',
    path: '/api/kernelspecs/:name',
    summary: 'Returns one kernelspec.',
    role: 'viewer',
    params: z.object({ name: z.string() }),
    answer: JupyterKernelspec,
  },
  logo: {
    ...jupyter,
    method: 'get',
    path: '/kernelspecs/:name/:file',
    summary: 'Returns a logo of a kernelspec.',
    role: 'viewer',
    params: z.object({ name: z.string(), file: z.string() }),
    answer: null,
    streams: true,
  },
  kernels: {
    ...jupyter,
    method: 'get',
    path: '/api/kernels',
    summary: 'Lists the kernels of notebooks and those that clients started.',
    role: 'viewer',
    answer: z.array(JupyterKernel),
  },
  startKernel: {
    ...jupyter,
    method: 'post',
    path: '/api/kernels',
    summary: 'Starts a kernel that belongs to no notebook. It ends with the server.',
    role: 'runner',
    body: JupyterKernelStart,
    answer: JupyterKernel,
    status: 201,
  },
  kernel: {
    ...jupyter,
    ...kernel,
    method: 'get',
    path: '/api/kernels/:kernel',
    summary: 'Returns a kernel; 404 means that it is gone.',
    role: 'viewer',
    answer: JupyterKernel,
  },
  shutdownKernel: {
    ...jupyter,
    ...kernel,
    method: 'delete',
    path: '/api/kernels/:kernel',
    summary: 'Shuts a kernel down.',
    role: 'runner',
    answer: null,
    status: 204,
  },
  interruptKernel: {
    ...jupyter,
    ...kernel,
    method: 'post',
    path: '/api/kernels/:kernel/interrupt',
    summary: 'Interrupts what a kernel runs.',
    role: 'runner',
    answer: null,
    status: 204,
  },
  restartKernel: {
    ...jupyter,
    ...kernel,
    method: 'post',
    path: '/api/kernels/:kernel/restart',
    summary: 'Restarts a kernel under its id; returns when the new process answers.',
    role: 'runner',
    answer: JupyterKernel,
  },
  sessions: {
    ...jupyter,
    method: 'get',
    path: '/api/sessions',
    summary: 'Lists the paths that have a kernel.',
    role: 'viewer',
    answer: z.array(JupyterSession),
  },
  startSession: {
    ...jupyter,
    method: 'post',
    path: '/api/sessions',
    summary:
      'Returns the session of a path, started where there is none. A notebook of the project has its own.',
    role: 'runner',
    body: JupyterSessionStart,
    answer: JupyterSession,
    status: 201,
  },
  session: {
    ...jupyter,
    ...session,
    method: 'get',
    path: '/api/sessions/:session',
    summary: 'Returns a session.',
    role: 'viewer',
    answer: JupyterSession,
  },
  changeSession: {
    ...jupyter,
    ...session,
    method: 'patch',
    path: '/api/sessions/:session',
    summary: 'Gives a session another path, name, type or kernel.',
    role: 'runner',
    body: JupyterSessionChange,
    answer: JupyterSession,
  },
  endSession: {
    ...jupyter,
    ...session,
    method: 'delete',
    path: '/api/sessions/:session',
    summary: 'Ends a session and shuts its kernel down.',
    role: 'runner',
    answer: null,
    status: 204,
  },
} as const
