/** The routes of the composed server, each with the parts that it needs. */
import { basename } from 'node:path'
import { type ComposeOptions, checkpointOf, NOT_DONE, newId } from './compose-options.ts'
import type { DocumentRooms } from './document/documents.ts'
import type { Files } from './files/files.ts'
import { Conflicts } from './git/conflicts.ts'
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
import { pastRoutes } from './http/routes/past.ts'
import { receiptRoutes } from './http/routes/receipt.ts'
import { replayRoutes } from './http/routes/replay.ts'
import { resultRoutes } from './http/routes/results.ts'
import { type SettingsFiles, settingsRoutes } from './http/routes/settings.ts'
import { slurmRoutes } from './http/routes/slurm.ts'
import { sshHostRoutes } from './http/routes/ssh-hosts.ts'
import { sweepRoutes } from './http/routes/sweeps.ts'
import { trashRoutes } from './http/routes/trash.ts'
import { usageRoutes } from './http/routes/usage.ts'
import { workspaceRoutes } from './http/routes/workspace.ts'
import type { Sockets } from './http/sockets.ts'
import type { ApiSessions } from './jupyter-api/api-sessions.ts'
import { defaultSpec, describeSpecs } from './jupyter-api/described-specs.ts'
import type { KernelRegistry } from './jupyter-api/kernel-registry.ts'
import { jupyterRoutes } from './jupyter-api/routes.ts'
import { cellsInDocument, maskedCells } from './lineage/cells-now.ts'
import { fileStates } from './lineage/file-state.ts'
import { UsedFiles } from './lineage/used-files.ts'
import type { Notes } from './notes.ts'
import type { Recording } from './people/audit.ts'
import { Grants } from './people/grants.ts'
import type { Project } from './project.ts'
import { publicLinksOf } from './public-link-parts.ts'
import type { Jobs } from './replay/jobs.ts'
import type { KeptWrites } from './replay/kept-writes.ts'
import { planOf } from './replay/perform-jobs.ts'
import type { ReplayWorld } from './replay/world.ts'
import type { Sessions } from './session/sessions.ts'
import { NOT_TRUSTED } from './setup/restricted-kernels.ts'
import type { Sweeps } from './sweeps/sweeps.ts'
import type { Terminals } from './terminals/terminals.ts'

/** What the routes are made of, beside the options. */
export interface RouteParts {
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

export function routesOf(options: ComposeOptions, parts: RouteParts): readonly Route[] {
  const { project, access, kernels, trust } = options
  const { documents, notes, files, sessions, world, writes, jobs } = parts
  const { root, store, learned, untrusted } = project
  const pathOf = (id: string): string | null => documents.live(id)?.path ?? null
  const fileState = fileStates(root, store.secrets)
  return [
    ...fileRoutes(root, files),
    ...trashRoutes(files),
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
    ...replayRoutes(jobs, async (target) => (untrusted === null ? planOf(world, target) : NOT_DONE), writes),
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

export function jupyterRoutesOf(
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
