/**
 * The composition root: the one place where the server's parts are made and given to each other. Invariant: it stops
 * in the reverse order of its start, so that nothing writes to what is already closed.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { basename, join } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import type { KernelSpecs } from '../contract/http.ts'
import { createDocuments } from './document/documents.ts'
import { createRooms, type Rooms } from './document/rooms.ts'
import { Files } from './files/files.ts'
import { Access } from './http/access.ts'
import { makeApp } from './http/app.ts'
import { loopbackHosts } from './http/gate.ts'
import { People } from './http/people.ts'
import { aroundRoutes } from './http/routes/around.ts'
import { checkpointRoutes } from './http/routes/checkpoints.ts'
import { exportRoutes } from './http/routes/export.ts'
import { fileRoutes } from './http/routes/files.ts'
import { kernelspecRoutes } from './http/routes/kernelspecs.ts'
import { meRoutes } from './http/routes/me.ts'
import { notebookRoutes } from './http/routes/notebooks.ts'
import { objectRoutes } from './http/routes/objects.ts'
import { pastRoutes } from './http/routes/past.ts'
import { receiptRoutes } from './http/routes/receipt.ts'
import { replayRoutes } from './http/routes/replay.ts'
import { Sockets, type SocketTaker, socketRoutes } from './http/sockets.ts'
import { StaticFiles } from './http/static.ts'
import { fileStates } from './lineage/file-state.ts'
import { Jobs } from './replay/jobs.ts'
import { performJobs, planOf } from './replay/perform-jobs.ts'
import { takeSessionSocket } from './session/session-socket.ts'
import { createSessions } from './session/sessions.ts'
import { UsedFiles } from './session/used-files.ts'
import { openStore } from './store/open-store.ts'
import { FOLDER } from './store/project-folder.ts'

export interface ComposeOptions {
  /** Absolute, links resolved. */
  readonly root: string
  readonly kernels: Kernels
  /** The built client's folder. */
  readonly client: string
  readonly host: string
  readonly version: string
  readonly fixedToken?: string
  /** Told of each new one-time token. */
  readonly onToken: (token: string) => void
  readonly logError: (what: string, error: unknown) => void
}

/** The assembled server, not yet listening. */
export interface House {
  readonly http: Server
  readonly access: Access
  /** Finds the kernels that outlived the last server. */
  recover(): Promise<void>
  /** Saves, lets the kernels live on, and closes everything. */
  close(): Promise<void>
}

/** Opens the project's storage and puts the parts together. Throws `StoreError` where the folder cannot be used. */
export async function compose(options: ComposeOptions): Promise<House> {
  const { root, kernels, logError } = options
  const store = await openStore({ root })
  const documents = createDocuments({ root, updates: store.updates, objects: store.objects })
  const rooms = createRooms(documents)
  const sessions = createSessions({
    kernels,
    store,
    documents,
    root,
    defaultSpec: () => defaultSpec(kernels),
    onProblem: (problem) => logError('taking up an earlier session', problem),
  })
  const world = { store, kernels, root, env: process.env }
  const jobs = new Jobs(performJobs(world, sessions))
  const people = new People(join(root, FOLDER))
  const access = new Access({
    people,
    root,
    reach: { hosts: new Set([...loopbackHosts, options.host]), publicOrigin: null },
    onToken: options.onToken,
    ...(options.fixedToken === undefined ? {} : { fixedToken: options.fixedToken }),
  })
  const sockets = new Sockets(access, socketRoutes(roomTaker(rooms), takeSessionSocket(sessions)))
  const app = makeApp({
    access,
    client: new StaticFiles(options.client),
    routes: [
      ...fileRoutes(root, new Files(root, documents)),
      ...notebookRoutes(root, documents),
      ...receiptRoutes(store.index),
      ...pastRoutes({
        index: store.index,
        read: (digest) => store.objects.get(digest).catch(() => null),
        fileState: fileStates(root),
      }),
      ...checkpointRoutes({
        root,
        documents,
        store,
        index: store.index,
        now: () => new Date().toISOString(),
        newId: () => randomBytes(10).toString('hex'),
      }),
      ...aroundRoutes(store.index, {
        root,
        files: new UsedFiles(),
        sessionOf: (notebook) => sessions.sessionAt(notebook),
      }),
      ...exportRoutes({ root, documents, objects: store.objects }),
      ...objectRoutes(store.objects),
      ...meRoutes(people, { name: basename(root), version: options.version }),
      ...replayRoutes(jobs, (target) => planOf(world, target)),
      ...kernelspecRoutes(() => describeSpecs(kernels)),
    ],
    logError,
    signedOut: (person) => sockets.signedOut(person),
  })
  const http = createServer(app)
  sockets.listen(http)
  return {
    http,
    access,
    recover: () => sessions.recover(),
    close: async () => {
      sockets.close()
      rooms.close()
      http.close()
      http.closeIdleConnections()
      await jobs.close()
      await sessions.close()
      await documents.close()
      await kernels.close()
      await store.close()
      http.closeAllConnections()
    },
  }
}

/** A room's socket, with what the address says: `epoch`, and `acks=1` and a `connection` from clients of ours. */
function roomTaker(rooms: Rooms): SocketTaker {
  return (socket, { documentId, query, person, mayWrite }) =>
    rooms.handleConnection(socket, {
      documentId,
      epoch: query.get('epoch'),
      acks: query.get('acks') === '1',
      connection: query.get('connection'),
      actor: { id: person.id, name: person.name },
      mayWrite,
    })
}

/** The kernelspec of a notebook that names none: Python where there is one. */
async function defaultSpec(kernels: Kernels): Promise<string> {
  const specs = await kernels.specs()
  const [first] = [...specs.filter((spec) => spec.language === 'python'), ...specs]
  return first?.name ?? 'python3'
}

async function describeSpecs(kernels: Kernels): Promise<KernelSpecs> {
  try {
    const specs = await kernels.specs()
    return {
      default: specs.length === 0 ? null : await defaultSpec(kernels),
      specs: specs.map(({ name, displayName, language }) => ({ name, displayName, language })),
      problems: [],
    }
  } catch (thrown) {
    return { default: null, specs: [], problems: [thrown instanceof Error ? thrown.message : String(thrown)] }
  }
}
