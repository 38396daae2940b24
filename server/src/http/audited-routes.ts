/** Which routes leave an entry in the audit log, and what the entry says. */
import type { AuditAction, AuditEntry } from '../../contract/audit.ts'
import { conflictsApi } from '../../contract/conflicts.ts'
import { contentsApi } from '../../contract/contents-api.ts'
import { fileApi } from '../../contract/file-api.ts'
import { pastApi } from '../../contract/past-api.ts'
import { projectApi } from '../../contract/project-api.ts'
import { replayApi } from '../../contract/replay-api.ts'
import type { RouteSpec } from '../../contract/route.ts'
import { sweepApi } from '../../contract/sweeps.ts'
import { trashApi } from '../../contract/trash.ts'
import type { Recording } from '../people/audit.ts'
import type { Reply } from './reply.ts'
import type { Call, RawCall, Route } from './route.ts'

type About = AuditEntry['about']
type Entry = readonly [AuditAction, About]
interface Audited {
  readonly spec: RouteSpec
  /** Null where this call is not recorded. */
  readonly entryOf: (call: Call) => Entry | null
}

function audit<Params, Query, Body>(
  spec: RouteSpec<Params, Query, Body>,
  entryOf: (call: { readonly params: Params; readonly query: Query; readonly body: Body }) => Entry | null,
): Audited {
  return {
    spec,
    entryOf: ({ params, query, body }) =>
      entryOf({
        params: spec.params.parse(params),
        query: spec.query.parse(query),
        body: spec.body.parse(body),
      }),
  }
}

const AUDITED: readonly Audited[] = [
  audit(fileApi.open, ({ body }) => ['notebook-opened', { notebook: body.path }]),
  audit(fileApi.read, ({ params, query }) =>
    query.download === undefined ? null : ['exported', { path: params.path, format: 'file' }],
  ),
  audit(fileApi.export, ({ params, query: { format, comments } }) => [
    'exported',
    { path: params.path, format, ...(comments === 'included' ? { comments } : {}) },
  ]),
  audit(fileApi.upload, ({ params }) => ['file-changed', { path: params.path, how: 'uploaded' }]),
  audit(fileApi.command, ({ body }) => {
    if (body.type === 'trash') return ['file-deleted', { path: body.path }]
    if (body.type === 'move') return ['file-changed', { path: body.from, to: body.to, how: 'moved' }]
    if (body.type === 'copy') return ['file-changed', { path: body.from, to: body.to ?? '', how: 'copied' }]
    return ['file-changed', { path: body.folder, name: body.name ?? '', how: body.type }]
  }),
  audit(trashApi.putBack, ({ body }) => ['restored', { path: body.path }]),
  audit(trashApi.remove, ({ params }) => ['file-deleted', { path: params.item, how: 'trash' }]),
  audit(conflictsApi.finish, ({ body }) => ['file-changed', { path: body.path, how: 'resolved' }]),
  audit(fileApi.publishResults, ({ params, body }) => [
    'run',
    { document: params.document, cells: String(body.results.length), how: 'command line' },
  ]),
  audit(replayApi.start, ({ body }) => [body.kind === 'restore' ? 'restored' : 'run', { how: body.kind }]),
  audit(sweepApi.startSweep, ({ params }) => ['run', { document: params.document, how: 'sweep' }]),
  audit(replayApi.apply, ({ body }) => ['restored', { files: body.files.join(', ') }]),
  audit(pastApi.restoreCheckpoint, ({ params, body }) => [
    'restored',
    { notebook: body.notebook, checkpoint: params.checkpoint },
  ]),
  audit(pastApi.slice, ({ params, query }) =>
    query.as === 'ids' ? null : ['exported', { run: params.run, format: query.as }],
  ),
  audit(contentsApi.readContents, ({ params, query }) =>
    query.content === '1' && params.path.endsWith('.ipynb')
      ? ['notebook-opened', { notebook: params.path }]
      : null,
  ),
  audit(contentsApi.createInRoot, () => ['file-changed', { path: '', how: 'created' }]),
  audit(contentsApi.createIn, ({ params }) => ['file-changed', { path: params.path, how: 'created' }]),
  audit(contentsApi.saveContents, ({ params }) => ['file-changed', { path: params.path, how: 'saved' }]),
  audit(contentsApi.renameContents, ({ params }) => ['file-changed', { path: params.path, how: 'moved' }]),
  audit(contentsApi.deleteContents, ({ params }) => ['file-deleted', { path: params.path }]),
  audit(contentsApi.restoreCheckpoint, ({ params }) => ['restored', { path: params.path }]),
  audit(contentsApi.downloadFile, ({ params }) => ['exported', { path: params.path, format: 'file' }]),
  audit(projectApi.trust, () => ['trusted', {}]),
]

/** Routes that leave an entry here; others that do so call `record` themselves. */
export const AUDITED_ROUTES: ReadonlySet<RouteSpec> = new Set(AUDITED.map(({ spec }) => spec))

/** Jupyter clients get refusals as JSON of their own form. */
const isRefusal = (reply: Reply): boolean =>
  reply.kind === 'refused' || (reply.kind === 'json' && (reply.status ?? 200) >= 400)

/** The routes, which record what they did, once they have done it. */
export const audited = (routes: readonly Route[], record: Recording): readonly Route[] =>
  routes.map((route) => {
    const found = AUDITED.find(({ spec }) => spec === route.spec)
    if (found === undefined) return route
    return {
      spec: route.spec,
      handle: async (call: RawCall) => {
        const reply = await route.handle(call)
        const entry = isRefusal(reply) ? null : found.entryOf(call)
        if (entry === null) return reply
        const by = { id: call.person.id, name: call.person.name }
        record({ action: entry[0], by, address: call.visitor.address, about: entry[1] })
        return reply
      },
    }
  })
