/** Files and folders of the project. */
import { FileCommand } from '../../../contract/http.ts'
import type { Files } from '../../files/files.ts'
import { list } from '../../files/listing.ts'
import { locate } from '../../files/locate.ts'
import { upload } from '../../files/upload.ts'
import { attachment, json, type Reply, refuse } from '../reply.ts'
import { type Call, parse, type Route, readOnly, wildcard } from '../route.ts'

/** `root` is the project folder's real path. */
export function fileRoutes(root: string, files: Files): readonly Route[] {
  const read = (call: Call): Promise<Reply> =>
    call.query.download === undefined ? listFolder(root, wildcard(call)) : download(root, wildcard(call))
  return [
    { method: 'get', path: '/api/files', handle: read },
    { method: 'get', path: '/api/files/{*path}', handle: read },
    { method: 'put', path: '/api/files/*path', raw: true, handle: (call) => receive(root, call) },
    { method: 'post', path: '/api/files', handle: (call) => command(files, call) },
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
  return { kind: 'file', absolute: located.absolute, headers }
}

async function receive(root: string, call: Call): Promise<Reply> {
  if (!call.mayWrite) return refuse(readOnly)
  const { stream, contentLength: length } = call
  const overwrite = call.query.overwrite === '1'
  const uploaded = await upload(root, { path: wildcard(call), stream, length, overwrite })
  return uploaded.ok ? json(uploaded.entry, 201) : refuse(uploaded.refusal)
}

async function command(files: Files, call: Call): Promise<Reply> {
  if (!call.mayWrite) return refuse(readOnly)
  const parsed = parse(FileCommand, call.body)
  if (!parsed.ok) return parsed.reply
  const done = await files.perform(parsed.value)
  return done.ok ? json(done.entry) : refuse(done.refusal)
}
