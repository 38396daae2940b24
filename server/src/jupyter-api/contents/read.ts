/** `GET /api/contents/…`. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Contents, ContentsQuery } from '../../../contract/contents-api.ts'
import { isJsonObject } from '../../../contract/json.ts'
import { openRegular, readRegular } from '../../disk/regular-file.ts'
import { diskRefusal } from '../../files/disk-error.ts'
import { attachment, type Reply } from '../../http/reply.ts'
import { jupyterRefusal } from '../replies.ts'
import { bare, entryOf, type FoundEntry, folderContent } from './model.ts'
import { forClient } from './notebook-content.ts'
import type { NotebookFiles } from './notebook-files.ts'
import { badRequest, modelReply, refusedReply } from './replies.ts'

/** Bytes of a file that is sent in a model. */
const MOST_BYTES = 128 * 1024 * 1024
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A model, or why there is none. */
export async function readContents(
  { root, notebooks }: { readonly root: string; readonly notebooks: NotebookFiles },
  asked: string,
  query: ContentsQuery,
): Promise<Reply> {
  const path = bare(asked)
  const found = await entryOf(root, path)
  if (!found.ok) return refusedReply(found.refusal)
  const { model } = found
  const isFolder = model.type === 'directory'
  if (isFolder && query.type !== undefined && query.type !== 'directory')
    return badRequest(`“${path}” is a folder, not a ${query.type}.`, 'bad type')
  if (!isFolder && query.type === 'directory') return badRequest(`“${path}” is not a folder.`, 'bad type')
  try {
    if (isFolder) return modelReply(await folderModel(found, root, query))
    const type = query.type === 'file' || query.type === 'notebook' ? query.type : model.type
    return await fileReply({ ...found, model: { ...model, type } }, notebooks, query)
  } catch (error) {
    return refusedReply(diskRefusal(error, path))
  }
}

async function folderModel(found: FoundEntry, root: string, { content }: ContentsQuery): Promise<Contents> {
  if (content === '0') return found.model
  return { ...found.model, content: await folderContent(found, root), format: 'json' }
}

async function fileReply(found: FoundEntry, notebooks: NotebookFiles, query: ContentsQuery): Promise<Reply> {
  const { absolute, model } = found
  if (query.content === '0') {
    // Opened also where nothing is read: a pipe or device has no model.
    await (await openRegular(absolute)).close()
    return modelReply(query.hash === '1' ? { ...model, ...(await hashOfFile(absolute)) } : model)
  }
  if ((model.size ?? 0) > MOST_BYTES) return refusedReply(tooLarge(model.path))
  const read =
    model.type === 'notebook' && model.path.endsWith('.ipynb')
      ? await notebooks.read(found)
      : { ok: true as const, bytes: await readRegular(absolute) }
  if (!read.ok) return refusedReply(read.refusal)
  const { bytes } = read
  const hash = query.hash === '1' ? hashed(createHash('sha256').update(bytes).digest('hex')) : {}
  const content = model.type === 'notebook' ? notebookContent(bytes) : fileContent(bytes, query.format)
  if (content === null) return unreadable(model, query)
  const mimetype = model.mimetype ?? defaultTypes[content.format]
  const now = await entryOfSaved(found)
  return modelReply({ ...now, ...hash, ...content, mimetype })
}

const defaultTypes = { json: null, text: 'text/plain', base64: 'application/octet-stream' } as const

/** An open notebook was saved meanwhile: its size and time changed. */
async function entryOfSaved({ absolute, model }: FoundEntry): Promise<Contents> {
  const handle = await openRegular(absolute)
  try {
    const { size, mtime } = await handle.stat()
    return { ...model, size, last_modified: mtime.toISOString() }
  } finally {
    await handle.close()
  }
}

function notebookContent(
  bytes: Uint8Array,
): (Pick<Contents, 'content'> & { readonly format: 'json' }) | null {
  try {
    const notebook: unknown = JSON.parse(utf8.decode(bytes).replace(/^\ufeff/, ''))
    return isJsonObject(notebook) ? { content: forClient(notebook), format: 'json' } : null
  } catch {
    return null
  }
}

/** As text where it is UTF-8 and no other format was asked for. Null for text that is none. */
function fileContent(
  bytes: Uint8Array,
  format: ContentsQuery['format'],
): { readonly content: string; readonly format: 'text' | 'base64' } | null {
  const base64 = () => ({ content: Buffer.from(bytes).toString('base64'), format: 'base64' as const })
  if (format === 'base64') return base64()
  try {
    return { content: utf8.decode(bytes), format: 'text' }
  } catch {
    return format === 'text' ? null : base64()
  }
}

const unreadable = ({ path, type }: Contents, { format }: ContentsQuery): Reply =>
  type === 'notebook'
    ? badRequest(`“${path}” is not a notebook in JSON.`, 'bad type')
    : badRequest(`“${path}” is not ${format === 'text' ? 'UTF-8' : 'readable'}.`, 'bad format')

const tooLarge = (path: string) => ({
  code: 'tooLarge',
  status: 413,
  message: `“${path}” has more than ${MOST_BYTES / 1024 ** 2} MiB.`,
  hint: `Download it from /files/${path}.`,
})

const hashed = (hash: string) => ({ hash, hash_algorithm: 'sha256' as const })

async function hashOfFile(absolute: string): Promise<Pick<Contents, 'hash' | 'hash_algorithm'>> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(absolute)) hash.update(chunk)
  return hashed(hash.digest('hex'))
}

/** `GET /files/…`. */
export async function downloadReply(root: string, asked: string): Promise<Reply> {
  const path = bare(asked)
  const found = await entryOf(root, path)
  if (!found.ok) return refusedReply(found.refusal)
  const headers = {
    ...attachment(found.model.name),
    'content-type': found.model.mimetype ?? 'application/octet-stream',
  }
  try {
    return { kind: 'opened', file: await openRegular(found.absolute), headers }
  } catch (error) {
    return jupyterRefusal(diskRefusal(error, path))
  }
}
