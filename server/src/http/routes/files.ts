/** Files and folders of the project. */
import { fileApi } from '../../../contract/file-api.ts'
import type { FileCommand } from '../../../contract/http.ts'
import { versionOf } from '../../disk/file-version.ts'
import { openRegular } from '../../disk/regular-file.ts'
import { diskRefusal } from '../../files/disk-error.ts'
import type { Files } from '../../files/files.ts'
import { list } from '../../files/listing.ts'
import { locate } from '../../files/locate.ts'
import { upload } from '../../files/upload.ts'
import { attachment, json, type Reply, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'

/** `root` is the project folder's real path. */
export function fileRoutes(root: string, files: Files): readonly Route[] {
  const read = (path: string, { download: asked }: { readonly download?: unknown }): Promise<Reply> =>
    asked === undefined ? listFolder(root, path) : download(root, path)
  return [
    on(fileApi.readRoot, ({ query }) => read('', query)),
    on(fileApi.read, ({ params, query }) => read(params.path, query)),
    on(fileApi.upload, (call) => receive(root, call)),
    on(fileApi.command, ({ body }) => command(files, body)),
  ]
}

async function listFolder(root: string, path: string): Promise<Reply> {
  const listed = await list(root, path.replace(/\/$/, ''))
  return listed.ok ? json(listed.entries) : refuse(listed.refusal)
}

async function download(root: string, path: string): Promise<Reply> {
  const located = await locate(root, path)
  if (!located.ok) return refuse(located.refusal)
  const name = path.split('/').at(-1) ?? 'download'
  const headers = { ...attachment(name), 'content-type': 'application/octet-stream' }
  try {
    const file = await openRegular(located.absolute)
    const etag = versionOf(await file.stat({ bigint: true }))
    return { kind: 'opened', file, headers: { ...headers, etag } }
  } catch (error) {
    return refuse(diskRefusal(error, path))
  }
}

type UploadCall = Call<
  { readonly path: string },
  { readonly overwrite?: unknown; readonly was?: string | undefined }
>

async function receive(root: string, { params, query, stream, contentLength }: UploadCall): Promise<Reply> {
  const overwrite = query.overwrite === '1'
  const { was = null } = query
  const uploaded = await upload(root, { path: params.path, stream, length: contentLength, overwrite, was })
  return uploaded.ok ? json(uploaded.entry) : refuse(uploaded.refusal)
}

async function command(files: Files, asked: FileCommand): Promise<Reply> {
  if (asked.type === 'trash') {
    const done = await files.discard(asked.path)
    return done.ok ? json(done.discarded) : refuse(done.refusal)
  }
  const done = await files.perform(asked)
  return done.ok ? json(done.entry) : refuse(done.refusal)
}
