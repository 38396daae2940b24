/** `POST /api/contents/…`: something new under a free name, or a copy. */
import { basename, extname } from 'node:path/posix'
import type { ContentsCreation } from '../../../contract/contents-api.ts'
import { freeNames } from '../../disk/free-names.ts'
import type { Refusal } from '../../document/ports.ts'
import { exists } from '../../files/disk-error.ts'
import type { Files } from '../../files/files.ts'
import type { Reply } from '../../http/reply.ts'
import { bare, entryOf } from './model.ts'
import { createFile } from './notebook-files.ts'
import { badRequest, refusedReply } from './replies.ts'
import { written } from './save.ts'

export interface CreateParts {
  readonly root: string
  readonly files: Pick<Files, 'perform'>
}

/** Creates or copies into the folder at a path. */
export async function createContents(
  parts: CreateParts,
  asked: string,
  body: ContentsCreation,
): Promise<Reply> {
  const folder = bare(asked)
  const found = await entryOf(parts.root, folder)
  if (!found.ok) return refusedReply(found.refusal)
  if (found.model.type !== 'directory') return badRequest(`“${folder}” is a file: write it with PUT.`)
  const made = body.copy_from
    ? await copyInto(parts, folder, bare(body.copy_from))
    : await createNew(parts, folder, body)
  return 'path' in made ? written(parts.root, made.path, 201) : refusedReply(made)
}

type Made = { readonly path: string } | Refusal

const below = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)

async function createNew(
  { root, files }: CreateParts,
  folder: string,
  { type, ext }: ContentsCreation,
): Promise<Made> {
  if (type === 'directory' || type === 'notebook' || (!type && ext === '.ipynb')) {
    const command = type === 'directory' ? ('newFolder' as const) : ('newNotebook' as const)
    const done = await files.perform({ type: command, folder })
    return done.ok ? done.entry : done.refusal
  }
  return firstFree(freeNames(`untitled${ext ?? ''}`), async (name) => {
    const path = below(folder, name)
    return (await createFile(root, path, new Uint8Array())) ?? { path }
  })
}

async function copyInto({ files }: CreateParts, folder: string, from: string): Promise<Made> {
  return firstFree(copyNames(basename(from)), async (name) => {
    const to = below(folder, name)
    if (to === from) return exists(to)
    const done = await files.perform({ type: 'copy', from, to })
    return done.ok ? done.entry : done.refusal
  })
}

/** The first that does not exist yet. */
async function firstFree(names: Iterable<string>, make: (name: string) => Promise<Made>): Promise<Made> {
  let last: Made = exists('')
  for (const name of names) {
    last = await make(name)
    if ('path' in last || last.code !== TAKEN) return last
  }
  return last
}

const TAKEN = exists('').code

/** "a.ipynb", "a-Copy1.ipynb", "a-Copy2.ipynb", … as Jupyter Server names copies; also of a copy. */
function* copyNames(name: string): Generator<string> {
  const extension = extname(name)
  const stem = name.slice(0, name.length - extension.length).replace(/-Copy\d*$/, '')
  yield stem + extension
  for (let number = 1; number < 1_000; number++) yield `${stem}-Copy${number}${extension}`
}
