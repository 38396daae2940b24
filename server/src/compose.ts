/**
 * The composition root: the one place where the server's parts are made and given to each other. Invariant: it stops
 * in the reverse order of its start, so that nothing writes to what is already closed.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import type { z } from 'zod'
import { socketApi } from '../contract/routes.ts'
import { restorer } from '../contract/session.ts'
import { createDocuments, type DocumentRooms } from './document/documents.ts'
import { projectNotebooks, visitedNotebooks } from './document/identity/project-notebooks.ts'
import type { OpenDocument } from './document/ports.ts'
import { createRooms, type Rooms } from './document/rooms.ts'
import { Files } from './files/files.ts'
import type { Answering } from './front.ts'
import { Conflicts } from './git/conflicts.ts'
import type { Access } from './http/access.ts'
import { makeApp } from './http/app.ts'
import { audited } from './http/audited-routes.ts'
import { recordCode, recordRuns } from './http/audited-runs.ts'
import { LinkPreviews } from './http/link-previews.ts'
import { type Answered, type Measured, Metrics } from './http/metrics.ts'
import type { Places } from './http/places.ts'
import type { Route } from './http/route.ts'
import { accountRoutes } from './http/routes/account.ts'
import { activityRoutes } from './http/routes/activity.ts'
import { aroundRoutes } from './http/routes/around.ts'
import { checkpointRoutes } from './http/routes/checkpoints.ts'
import { codeToolRoutes } from './http/routes/code-tools.ts'
import { commentRoutes } from './http/routes/comments.ts'
import { conflictRoutes } from './http/routes/conflicts.ts'
import { connectionRoutes } from './http/routes/connections.ts'
import { editRoutes } from './http/routes/edits.ts'
import { exportRoutes } from './http/routes/export.ts'
import { fileRoutes } from './http/routes/files.ts'
import { historyRoutes } from './http/routes/history.ts'
import { jupyterServerRoutes } from './http/routes/jupyter-servers.ts'
import { kernelspecRoutes } from './http/routes/kernelspecs.ts'
import { notebookRoutes } from './http/routes/notebooks.ts'
import { notificationRoutes } from './http/routes/notifications.ts'
import { objectRoutes } from './http/routes/objects.ts'
import { operationsRoutes } from './http/routes/operations.ts'
import { pastRoutes } from './http/routes/past.ts'
import { receiptRoutes } from './http/routes/receipt.ts'
import { replayRoutes } from './http/routes/replay.ts'
import { resultRoutes } from './http/routes/results.ts'
import { SettingsFiles, settingsRoutes } from './http/routes/settings.ts'
import { slurmRoutes } from './http/routes/slurm.ts'
import { sshHostRoutes } from './http/routes/ssh-hosts.ts'
import { sweepRoutes } from './http/routes/sweeps.ts'
import { usageRoutes } from './http/routes/usage.ts'
import { workspaceRoutes } from './http/routes/workspace.ts'
import { Scopes } from './http/scope.ts'
import { onSocket, Sockets, type SocketTaker } from './http/sockets.ts'
import { StaticFiles } from './http/static.ts'
import { ApiSessions } from './jupyter-api/api-sessions.ts'
import { channelsRoute } from './jupyter-api/channels-socket.ts'
import { defaultSpec, describeSpecs } from './jupyter-api/described-specs.ts'
import { KernelRegistry } from './jupyter-api/kernel-registry.ts'
import { jupyterRoutes } from './jupyter-api/routes.ts'
import { terminalRoute } from './jupyter-api/terminal-socket.ts'
import { cellsInDocument, maskedCells } from './lineage/cells-now.ts'
import { checkpointText } from './lineage/checkpoint-state.ts'
import { fileStates } from './lineage/file-state.ts'
import { type CheckpointRequest, makeUnlessSame } from './lineage/make-checkpoint.ts'
import { UsedFiles } from './lineage/used-files.ts'
import { type Notes, openNotes } from './notes.ts'
import type { Recording } from './people/audit.ts'
import { Grants } from './people/grants.ts'
import { isActivity } from './people/hub-activity.ts'
import { following, placesOf } from './place-sources.ts'
import { expectedMs } from './prediction/forecasts.ts'
import type { Project } from './project.ts'
import { publicLinksOf } from './public-link-parts.ts'
import { Jobs } from './replay/jobs.ts'
import { KeptWrites } from './replay/kept-writes.ts'
import { performJobs, planOf } from './replay/perform-jobs.ts'
import { refused } from './replay/targets.ts'
import type { ReplayWorld } from './replay/world.ts'
import { endOrphans } from './session/orphans.ts'
import { takeSessionSocket } from './session/session-socket.ts'
import { createSessions, type Sessions, type SessionsOptions } from './session/sessions.ts'
import { NOT_TRUSTED } from './setup/restricted-kernels.ts'
import { openSweeps, type Sweeps } from './sweeps/sweeps.ts'
import { openTerminals } from './terminals/open-terminals.ts'
import type { Terminals } from './terminals/terminals.ts'

export interface ComposeOptions {
  readonly project: Project
  readonly access: Access
  readonly kernels: Kernels
  /** The built client's folder; null where no page is served. */
  readonly client: string | null
  /** The kernelspec of notebooks that name none. Default: the first of Python. */
  readonly defaultKernel?: string
  readonly version: string
  /** Trusts the project's history, and opens the project again. */
  readonly trust: () => Promise<void>
  readonly logError: (what: string, error: unknown) => void
  /** Of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** A person did something. */
  readonly onActivity?: () => void
}

/** The assembled server, not yet listening. */
export interface House extends Answering {
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
export function compose(options: ComposeOptions): House {
  const { project, access, kernels, version, logError, headers = {} } = options
  const { root, store, folder, untrusted } = project
  const documents = documentsOf(project)
  const rooms = createRooms(documents)
  const sessions = sessionsOf(options, documents, (notebook, run) => notes.notifier.ended(notebook, run))
  const hosted = new KernelRegistry({ kernels, store }, sessions)
  const world = { store, kernels, root, env: process.env, learned: project.learned }
  const writes = new KeptWrites(root, store.secrets)
  const jobs = new Jobs(untrusted === null ? performJobs(world, sessions, writes) : async () => notTrusted)
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
  const files = new Files(root, following(documents, access.grants), undefined, join(folder, 'trash'))
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
  const shown = { client: clientOf(options), previews: new LinkPreviews(store), headers }
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

/** Makes a checkpoint of the server's own. A history that cannot be written, or is not ours, stops nothing else. */
const checkpointOf =
  ({ store, untrusted }: Project, why: NonNullable<CheckpointRequest['why']>) =>
  async ({ id, path, doc }: OpenDocument): Promise<void> => {
    if (untrusted !== null) return
    const effects = { store, now: () => new Date().toISOString(), newId }
    const what = { name: basename(path), notebook: path, documentId: id, actor: restorer, why }
    await makeUnlessSame(effects, { ...what, ipynb: checkpointText(doc) }).catch(() => undefined)
  }

const newId = (): string => randomBytes(10).toString('hex')

/** What the routes are made of, beside the options. */
interface RouteParts {
  readonly documents: DocumentRooms
  readonly notes: Notes
  readonly files: Files
  readonly sessions: Sessions
  readonly hosted: KernelRegistry
  readonly terminals: Terminals
  readonly apiSessions: ApiSessions
  readonly places: Places
  readonly sockets: Sockets
  readonly world: ReplayWorld
  readonly writes: KeptWrites
  readonly jobs: Jobs
  readonly sweeps: Sweeps
  readonly record: Recording
  readonly settings: SettingsFiles
}

function routesOf(options: ComposeOptions, parts: RouteParts): readonly Route[] {
  const { project, access, kernels, trust } = options
  const { documents, notes, files, sessions, world, writes, jobs } = parts
  const { root, store, learned, untrusted } = project
  const pathOf = (id: string): string | null => documents.live(id)?.path ?? null
  const fileState = fileStates(root, store.secrets)
  return [
    ...fileRoutes(root, files),
    ...notebookRoutes(root, documents),
    ...resultRoutes({ sessions, documents, index: store.index }),
    ...receiptRoutes(store.index),
    ...pastRoutes({
      index: store.index,
      read: (digest) => store.objects.get(digest).catch(() => null),
      fileState,
      notebookNow: maskedCells(cellsInDocument(documents), store.secrets),
    }),
    ...checkpointRoutes({
      ...{ root, documents, store, index: store.index, newId },
      read: (digest) => store.objects.get(digest).catch(() => null),
      now: () => new Date().toISOString(),
    }),
    ...commentRoutes(notes.comments),
    ...editRoutes(notes.lastEdits),
    ...notificationRoutes(notes.notifier),
    ...activityRoutes({ ...notes, index: store.index, audit: options.access.audit }),
    ...aroundRoutes(store.index, {
      root,
      files: new UsedFiles(store.secrets),
      fileState,
      sessionOf: (notebookId) => sessions.sessionOf(notebookId),
    }),
    ...exportRoutes({ ...store, ...notes, root, documents }),
    ...objectRoutes(store.objects),
    ...publicLinksOf(options, parts),
    ...accountRoutes(access, accountOf(options), grantParts(options, parts)),
    ...replayRoutes(
      jobs,
      async (target) => (untrusted === null ? planOf(world, target) : notTrusted),
      writes,
    ),
    ...historyRoutes(store),
    ...workspaceRoutes(untrusted, trust),
    ...kernelspecRoutes((origin) => describeSpecs(options, origin)),
    ...conflictRoutes(conflictsOf(project, documents)),
    ...connectionRoutes(store.secrets),
    ...settingsRoutes(parts.settings),
    ...[jupyterServerRoutes(store.secrets), sshHostRoutes(), slurmRoutes()].flat(),
    ...usageRoutes({ root, learned, sessions, index: store.index, live: (id) => documents.live(id) }),
    ...sweepRoutes({
      ...{ root, store, kernels, documents, sessions, sweeps: parts.sweeps, isTrusted: untrusted === null },
      defaultSpec: () => defaultSpec(kernels, options.defaultKernel),
    }),
    ...codeToolRoutes({ root, kernels, sessions, index: store.index, pathOf }),
  ]
}

const accountOf = ({ project, version, access }: ComposeOptions) => ({
  name: basename(project.root),
  version,
  signOutUrl: access.provider?.signOutUrl ?? null,
})

const conflictsOf = (project: Project, documents: DocumentRooms): Conflicts =>
  new Conflicts({
    ...{ root: project.root, folder: project.folder, documents },
    ...{ objects: project.store.objects, masker: project.store.secrets.masker },
    beforeWrite: checkpointOf(project, 'before-resolve'),
    isTrusted: project.untrusted === null,
  })

const grantParts = ({ access, project }: ComposeOptions, { record, sockets, places }: RouteParts) => ({
  record,
  endRevoked: () => sockets.endRevoked(),
  grants: access.grants ?? new Grants(project.folder),
  places,
})

function jupyterRoutesOf(
  { project: { root, folder, store, untrusted }, kernels, version, defaultKernel, client }: ComposeOptions,
  { documents, files, sessions, hosted, apiSessions, terminals, record }: RouteParts,
): readonly Route[] {
  return jupyterRoutes({
    root,
    folder,
    files,
    masker: store.secrets.masker,
    version,
    started: new Date(),
    hasPage: client !== null,
    kernels: hosted,
    terminals,
    record,
    apiSessions,
    documents,
    sessions,
    specs: async () => (untrusted === null ? kernels.specs() : []),
    refusal: untrusted === null ? null : NOT_TRUSTED,
    defaultSpec: () => defaultSpec(kernels, defaultKernel),
  })
}

/** Who ends kernels with the server. */
const STOPPED = { id: 'server', name: 'the server, because it was stopped' }
const notTrusted = refused('untrusted', NOT_TRUSTED, 'Trust it in the page, or start with --trust.')

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
