/**
 * The composition root: the one place where the server's parts are made and given to each other. Invariant: it stops
 * in the reverse order of its start, so that nothing writes to what is already closed.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { z } from 'zod'
import { socketApi } from '../contract/routes.ts'
import { type ComposeOptions, checkpointOf, NOT_DONE, newId } from './compose-options.ts'
import { jupyterRoutesOf, routesOf } from './compose-routes.ts'
import { createDocuments, type DocumentRooms } from './document/documents.ts'
import { projectNotebooks, visitedNotebooks } from './document/identity/project-notebooks.ts'
import { createRooms, type Rooms } from './document/rooms.ts'
import { Files } from './files/files.ts'
import type { Answering } from './front.ts'
import { makeApp } from './http/app.ts'
import { audited } from './http/audited-routes.ts'
import { recordCode, recordRuns } from './http/audited-runs.ts'
import { LinkPreviews } from './http/link-previews.ts'
import { type Answered, type Measured, Metrics } from './http/metrics.ts'
import { operationsRoutes } from './http/routes/operations.ts'
import { SettingsFiles } from './http/routes/settings.ts'
import { Scopes } from './http/scope.ts'
import { onSocket, Sockets, type SocketTaker } from './http/sockets.ts'
import { StaticFiles } from './http/static.ts'
import { ApiSessions } from './jupyter-api/api-sessions.ts'
import { channelsRoute } from './jupyter-api/channels-socket.ts'
import { defaultSpec } from './jupyter-api/described-specs.ts'
import { KernelRegistry } from './jupyter-api/kernel-registry.ts'
import { terminalRoute } from './jupyter-api/terminal-socket.ts'
import { openNotes } from './notes.ts'
import type { Recording } from './people/audit.ts'
import { isActivity } from './people/hub-activity.ts'
import { following, placesOf } from './place-sources.ts'
import { expectedMs } from './prediction/forecasts.ts'
import type { Project } from './project.ts'
import { Jobs } from './replay/jobs.ts'
import { KeptWrites } from './replay/kept-writes.ts'
import { performJobs } from './replay/perform-jobs.ts'
import { endOrphans } from './session/orphans.ts'
import { takeSessionSocket } from './session/session-socket.ts'
import { createSessions, type Sessions, type SessionsOptions } from './session/sessions.ts'
import { keepWithinBudget } from './session/value-budget.ts'
import { NOT_TRUSTED } from './setup/restricted-kernels.ts'
import { openSweeps } from './sweeps/sweeps.ts'
import { openTerminals } from './terminals/open-terminals.ts'
import type { Terminals } from './terminals/terminals.ts'

/** The assembled server, not yet listening. */
export interface ComposedServer extends Answering {
  /** Finds the kernels that outlived the last server. */
  recover(): Promise<void>
  /** Whether code runs at this moment. */
  isBusy(): boolean
  /** Shuts down the kernels of notebooks. */
  shutDownKernels(): Promise<void>
  /** Saves, lets the kernels live on, and closes everything. */
  close(): Promise<void>
}

/** Puts the parts together. A project that is not trusted is read: nothing runs, and nothing is recovered. */
export function compose(options: ComposeOptions): ComposedServer {
  const { project, access, kernels, version, logError, headers = {} } = options
  const { root, store, folder, untrusted } = project
  const documents = documentsOf(project)
  const rooms = createRooms(documents)
  const sessions = sessionsOf(options, documents, (notebook, run) => notes.notifier.ended(notebook, run))
  const hosted = new KernelRegistry({ kernels, store }, sessions)
  const world = { store, kernels, root, env: process.env, learned: project.learned }
  const writes = new KeptWrites(root, store.secrets)
  const jobs = new Jobs(untrusted === null ? performJobs(world, sessions, writes) : async () => NOT_DONE)
  const sweeps = openSweeps(folder, logError)
  const notes = openNotes({
    ...{ root, store, documents, sessions, people: access.people, newId, logError },
    ...{ grants: access.grants, checkpoint: checkpointOf(project, 'quiet') },
    isHere: (person) => sockets.isHere(person),
  })
  const record: Recording = access.audit?.record ?? (() => undefined)
  const apiSessions = new ApiSessions(hosted)
  const places = placesOf(project, { documents, hosted, apiSessions, jobs })
  const scopes = access.grants === null ? null : new Scopes(access.grants, places, access.people)
  const terminals = openTerminals({ project, record, roleOf: (id) => access.roleOf(id) })
  const sockets = socketsOf(options, { rooms, sessions, hosted, terminals, record, scopes })
  const files = new Files(root, following(root, documents, access.grants), undefined, join(folder, 'trash'))
  const settings = new SettingsFiles(root, access.people, () => sessions.announceSettings())
  const ofProject = { documents, notes, files, settings, places, world, writes, jobs, sweeps, record }
  const parts = { ...ofProject, sessions, hosted, apiSessions, terminals, sockets }
  let isStopping = false
  const metrics = new Metrics({ version, sockets: () => sockets.openCount, ...sessionCounts(sessions) })
  const operations = operationsRoutes(store.health, metrics, () => isStopping)
  const all = [...routesOf(options, parts), ...jupyterRoutesOf(options, parts), ...operations]
  const routes = audited(all, record)
  const onAnswered = (answered: Answered): void => {
    metrics.answered(answered)
    if (answered.method !== 'get' && answered.status < 400) options.onActivity?.()
  }
  const shown = { client: clientOf(options), previews: new LinkPreviews(store, notes.comments), headers }
  const app = makeApp({ access, routes, logError, onAnswered, scopes, ...shown })
  access.tokens?.watch(() => sockets.endRevoked())
  return {
    handle: (request: IncomingMessage, response: ServerResponse) => app(request, response),
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
    isBusy: () => hosted.hasBusyFree || sessionCounts(sessions).kernels().has('busy'),
    shutDownKernels: () => sessions.shutDownKernels(STOPPED),
    recover: async () => {
      if (untrusted !== null) return
      for (const part of [terminals, sessions, sweeps]) await part.recover()
      await endOrphans({ root, store, kernels, onProblem: (text) => logError('ending what was left', text) })
    },
    close: async () => {
      isStopping = true
      access.tokens?.close()
      sockets.close()
      const inOrder = [settings, terminals, hosted, rooms, jobs, sweeps, writes, sessions]
      for (const part of [...inOrder, notes, documents, kernels, store]) await part.close()
    },
  }
}

interface SocketParts {
  readonly rooms: Rooms
  readonly sessions: Sessions
  readonly hosted: KernelRegistry
  readonly terminals: Terminals
  readonly record: Recording
  readonly scopes: Scopes | null
}

const socketsOf = (
  { access, onActivity }: ComposeOptions,
  { rooms, sessions, hosted, terminals, record, scopes }: SocketParts,
): Sockets =>
  new Sockets(
    access,
    [
      onSocket(socketApi.room, roomTaker(rooms)),
      onSocket(socketApi.session, takeSessionSocket(sessions, recordRuns(record))),
      channelsRoute(hosted, recordCode(record)),
      terminalRoute(terminals),
    ],
    scopes,
    (spec, data) => {
      if (isActivity(spec, data)) onActivity?.()
    },
  )

const clientOf = ({ client }: ComposeOptions): StaticFiles | null =>
  client === null ? null : new StaticFiles(client)

function documentsOf(project: Project): DocumentRooms {
  const { root, store, folder, untrusted } = project
  return createDocuments({
    root,
    folder,
    updates: store.updates,
    objects: store.objects,
    masker: store.secrets.masker,
    beforeMerge: checkpointOf(project, 'before-merge'),
    notebooks: untrusted === null ? projectNotebooks(root, store) : visitedNotebooks(root, store),
  })
}

function sessionsOf(
  { project, kernels, defaultKernel, logError }: ComposeOptions,
  documents: DocumentRooms,
  onRecorded: NonNullable<SessionsOptions['onRecorded']>,
): Sessions {
  const { root, store, learned, folder, untrusted } = project
  if (untrusted === null) keepWithinBudget(store)
  return createSessions({
    ...{ kernels, store, documents, root, folder },
    expectedMs: expectedMs(learned),
    refusal: untrusted === null ? null : NOT_TRUSTED,
    defaultSpec: () => defaultSpec(kernels, defaultKernel),
    onProblem: (problem) => logError('taking up an earlier session', problem),
    onRecorded,
  })
}

/** Kernels and waiting runs of the open notebooks. */
function sessionCounts(sessions: Sessions): Pick<Measured, 'kernels' | 'queued'> {
  const views = () => sessions.withKernel().map((id) => sessions.of(id).view())
  return {
    kernels: () => {
      const counts = new Map<string, number>()
      for (const { kernel } of views()) counts.set(kernel.state, (counts.get(kernel.state) ?? 0) + 1)
      return counts
    },
    queued: () => views().reduce((sum, { queue }) => sum + queue.length, 0),
  }
}

/** Who ends kernels with the server. */
const STOPPED = { id: 'server', name: 'the server, because it was stopped' }

/** A room's socket, with what the address says: `epoch`, and `acks=1` and a `connection` from clients of ours. */
function roomTaker(rooms: Rooms): SocketTaker<z.output<typeof socketApi.room.query>> {
  return (socket, { documentId, query, person, may }) =>
    rooms.handleConnection(socket, {
      documentId,
      epoch: query.epoch ?? null,
      acks: query.acks === '1',
      connection: query.connection ?? null,
      actor: person,
      may,
    })
}
