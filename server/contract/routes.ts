/**
 * Every HTTP route and every socket of the server. The server mounts these and no others; docs/http-api.md and the route
 * tests are made from this list. A refusal is `ApiError` with a fitting status, that of contents `ContentsError`.
 */
import { z } from 'zod'
import { activityApi } from './activity.ts'
import { codeToolsApi } from './code-tools.ts'
import { commentsApi } from './comments-api.ts'
import { conflictsApi } from './conflicts.ts'
import { connectionApi } from './connections.ts'
import { contentsApi } from './contents-api.ts'
import { environmentApi } from './environment.ts'
import { fileApi } from './file-api.ts'
import { grantsApi } from './grants.ts'
import { jupyterApi } from './jupyter-api.ts'
import { jupyterServerApi } from './jupyter-servers.ts'
import { machineApi } from './machines.ts'
import { notificationApi } from './notifications.ts'
import { operationsApi } from './operations-api.ts'
import { passkeyApi } from './passkey-api.ts'
import { pastApi } from './past-api.ts'
import { peopleApi } from './people-api.ts'
import { predictionApi } from './prediction.ts'
import { projectApi } from './project-api.ts'
import { publicLinkApi } from './public-links.ts'
import { replayApi } from './replay-api.ts'
import type { RouteSpec, SocketSpec } from './route.ts'
import { settingsApi } from './settings.ts'
import { slurmApi } from './slurm.ts'
import { sshHostApi } from './ssh-hosts.ts'
import { sweepApi } from './sweeps.ts'
import { terminalApi } from './terminals.ts'
import { tokenApi } from './tokens.ts'
import { trashApi } from './trash.ts'

/** The routes in groups, with the titles that the docs give them. */
export const apis: Readonly<Record<string, Readonly<Record<string, RouteSpec>>>> = {
  'Files and notebooks': fileApi,
  'Deleted files': trashApi,
  'Conflicts of merges': conflictsApi,
  'The past': pastApi,
  Replay: replayApi,
  Comments: commentsApi,
  Activity: activityApi,
  Notifications: notificationApi,
  'The project': projectApi,
  People: peopleApi,
  Passkeys: passkeyApi,
  'Tokens of programs': tokenApi,
  Settings: settingsApi,
  'Roles of folders and notebooks': grantsApi,
  'Format and lint': codeToolsApi,
  'Public links': publicLinkApi,
  Packages: environmentApi,
  Sweeps: sweepApi,
  'SQL connections': connectionApi,
  'Jupyter servers': jupyterServerApi,
  'Machines by SSH': sshHostApi,
  'Slurm clusters': slurmApi,
  Machines: machineApi,
  Predictions: predictionApi,
  'Jupyter clients': jupyterApi,
  Terminals: terminalApi,
  Operations: operationsApi,
  'Files of Jupyter clients': contentsApi,
}

export const routes: readonly RouteSpec[] = Object.values(apis).flatMap((api) => Object.values(api))

export const socketApi = {
  room: {
    path: '/api/rooms/:document',
    summary: 'The shared document and presence.',
    role: 'viewer',
    /** `acks=1` and `connection` come from clients of ours; a plain y-websocket client sends neither. */
    query: z.object({
      epoch: z.string().optional(),
      acks: z.string().optional(),
      connection: z.string().optional(),
    }),
    frames: 'sync.ts',
  },
  session: {
    path: '/api/notebooks/:document/session',
    summary: 'Commands to the kernel session of a notebook, and its events.',
    role: 'viewer',
    query: z.object({}),
    frames: 'session.ts',
  },
  channels: {
    path: '/api/kernels/:kernel/channels',
    summary:
      "A kernel's messages for a Jupyter client, in both framings of Jupyter Server (docs/jupyter.md).",
    role: 'runner',
    /** Messages for this session are kept while its socket is away. */
    query: z.object({ session_id: z.string().optional(), token: z.string().optional() }),
    frames: 'jupyter-api.ts',
  },
  terminal: {
    path: '/terminals/websocket/:terminal',
    summary: 'A terminal, by the protocol of terminado (docs/terminals.md).',
    role: 'runner',
    /** `acks=1`: the client says what it has drawn. */
    query: z.object({ token: z.string().optional(), acks: z.string().optional() }),
    frames: 'terminals.ts',
  },
} as const

export const sockets: readonly SocketSpec[] = Object.values(socketApi)
