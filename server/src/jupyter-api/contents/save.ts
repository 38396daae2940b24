/** `PUT /api/contents/…`: a file, a part of one, a notebook, or a folder. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import type { Actor } from '../../../contract/actor.ts'
import type { Contents, ContentsSave } from '../../../contract/contents-api.ts'
import { isJsonObject } from '../../../contract/json.ts'
import type { Refusal } from '../../document/ports.ts'
import { diskRefusal } from '../../files/disk-error.ts'
import { locateCreated } from '../../files/locate.ts'
import type { Reply } from '../../http/reply.ts'
import type { Chunks, Part } from './chunks.ts'
import { bare, entryOf, type FoundEntry, isHidden } from './model.ts'
import { newFileText } from './notebook-content.ts'
import { createFile, type NotebookFiles, replaceFile } from './notebook-files.ts'
import { badRequest, modelReply, refusedReply } from './replies.ts'

export interface SaveParts {
  readonly root: string
  readonly notebooks: NotebookFiles
  readonly chunks: Chunks
}

/** A notebook in parts is merged, which needs it in memory. */
const MOST_NOTEBOOK_BYTES = 128 * 1024 * 1024

/** Writes what a client sends; 201 if it is new. `sender` is whose client it is. */
export async function saveContents(
  parts: SaveParts,
  sender: Actor,
  asked: string,
  body: ContentsSave,
): Promise<Reply> {
  const path = bare(asked)
  if (body.copy_from) return badRequest('A file is copied with POST, not with PUT.')
  if (!body.type) return badRequest('No file type provided.')
  if (body.type === 'directory') return saveFolder(parts.root, path)
  if (body.content === undefined || body.content === null) return badRequest('No file content provided.')
  const found = await entryOf(parts.root, path)
  if (found.ok && found.model.type === 'directory') return badRequest(`“${path}” is a folder.`)
  const bytes = bytesOf(body)
  if (bytes === null) return badRequest(wrongContent[body.type])
  if (body.chunk != null) return savePart(parts, { sender, path, body, chunk: body.chunk, bytes })
  const refusal = await store(parts, { sender, path, bytes }, found.ok ? found : null)
  return refusal === null ? written(parts.root, path, found.ok ? 200 : 201) : refusedReply(refusal)
}

const wrongContent = {
  notebook: 'The content of a notebook is an object with a list of cells.',
  file: "A file has the format 'text' or 'base64', and a string as its content.",
} as const

/** The model of what was written. */
export async function written(root: string, path: string, status: number): Promise<Reply> {
  const found = await entryOf(root, path)
  return found.ok ? modelReply(found.model, { status, isWritten: true }) : refusedReply(found.refusal)
}

async function saveFolder(root: string, path: string): Promise<Reply> {
  const found = await entryOf(root, path)
  if (found.ok && found.model.type !== 'directory') return badRequest(`“${path}” is not a folder.`)
  if (!found.ok) {
    const target = await locateCreated(root, path)
    if (!target.ok) return refusedReply(target.refusal)
    try {
      await mkdir(target.absolute)
    } catch (error) {
      return refusedReply(diskRefusal(error, path))
    }
  }
  return written(root, path, 201)
}

/** The bytes of a file; null where type, format and content do not agree. */
function bytesOf({ type, format, content }: ContentsSave): Uint8Array | null {
  if (type === 'notebook') return notebookBytes(content)
  if (typeof content !== 'string' || (format !== 'text' && format !== 'base64')) return null
  return Buffer.from(content, format === 'text' ? 'utf8' : 'base64')
}

function notebookBytes(content: unknown): Uint8Array | null {
  if (!isJsonObject(content) || !Array.isArray(content.cells)) return null
  try {
    return Buffer.from(newFileText(content))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Null, or why nothing was written. */
async function store(
  { root, notebooks }: SaveParts,
  { sender, path, bytes }: { sender: Actor; path: string; bytes: Uint8Array },
  found: FoundEntry | null,
): Promise<Refusal | null> {
  if (found === null) return createFile(root, path, bytes)
  if (path.endsWith('.ipynb')) return notebooks.save(found, bytes, sender)
  return replaceFile(found.absolute, path, bytes)
}

interface SentPart {
  readonly sender: Actor
  readonly path: string
  readonly body: ContentsSave
  readonly chunk: number
  readonly bytes: Uint8Array
}

async function savePart(parts: SaveParts, { sender, path, body, chunk, bytes }: SentPart): Promise<Reply> {
  if (body.type !== 'file') return badRequest(`A ${body.type} cannot be sent in parts.`)
  const part = await parts.chunks.take(`${sender.id}\n${path}`, path, chunk, bytes)
  if (!part.ok) return refusedReply(part.refusal)
  return part.isDone
    ? placePart(parts, { sender, path }, part)
    : modelReply(partModel(path, part.size), { status: 200 })
}

/** The model of a file that is not whole yet. */
function partModel(path: string, size: number): Contents {
  const now = new Date().toISOString()
  return {
    name: path.split('/').at(-1) ?? '',
    path,
    type: 'file',
    writable: true,
    created: now,
    last_modified: now,
    size,
    mimetype: null,
    content: null,
    format: null,
    hash: null,
    hash_algorithm: null,
  }
}

async function placePart(
  { root, notebooks, chunks }: SaveParts,
  { sender, path }: { sender: Actor; path: string },
  part: Extract<Part, { ok: true }>,
): Promise<Reply> {
  const found = await entryOf(root, path)
  try {
    if (!found.ok && isHidden(found.refusal)) return refusedReply(found.refusal)
    if (found.ok && path.endsWith('.ipynb')) {
      if (part.size > MOST_NOTEBOOK_BYTES) return badRequest(`The notebook “${path}” is too large.`)
      const refusal = await notebooks.save(found, await readFile(part.temporary), sender)
      return refusal === null ? written(root, path, 200) : refusedReply(refusal)
    }
    const target = found.ok ? found : await locateCreated(root, path)
    if (!target.ok) return refusedReply(target.refusal)
    await chunks.place(part, target.absolute)
    return written(root, path, found.ok ? 200 : 201)
  } catch (error) {
    return refusedReply(diskRefusal(error, path))
  } finally {
    await rm(part.temporary, { force: true })
  }
}
