/** Models of files and folders (`Contents` of Jupyter Server's OpenAPI document), without and with their content. */
import { access, constants, readdir, stat } from 'node:fs/promises'
import { basename, extname } from 'node:path/posix'
import type { Contents } from '../../../contract/contents-api.ts'
import type { Refusal } from '../../document/ports.ts'
import { diskRefusal, missing, notServed, special } from '../../files/disk-error.ts'
import { isServedName, locate } from '../../files/locate.ts'

/** A file or folder that is there. */
export interface FoundEntry {
  readonly ok: true
  readonly absolute: string
  /** Without content. */
  readonly model: Contents
}

type Missing = { readonly ok: false; readonly refusal: Refusal }

/** Types that clients show; Python's `mimetypes` names them so. */
const mimetypes: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.gz': 'application/gzip',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.py': 'text/x-python',
  '.svg': 'image/svg+xml',
  '.tar': 'application/x-tar',
  '.tex': 'application/x-tex',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
  '.wav': 'audio/x-wav',
  '.webp': 'image/webp',
  '.xml': 'text/xml',
  '.zip': 'application/zip',
}

/** The MIME type that a file's name suggests; null for one that suggests none. */
export const mimetypeOf = (path: string): string | null => mimetypes[extname(path).toLowerCase()] ?? null

/** The path without slashes at its ends, as Jupyter clients may send it. */
export const bare = (path: string): string => path.replace(/^\/+|\/+$/g, '')

/** Finds a file or folder. `root` is the project folder's real path. What is hidden is missing. */
export async function entryOf(root: string, path: string): Promise<FoundEntry | Missing> {
  const located = await locate(root, path)
  if (!located.ok) return isHidden(located.refusal) ? { ok: false, refusal: missing(path) } : located
  const { absolute } = located
  try {
    return { ok: true, absolute, model: await modelAt(absolute, path) }
  } catch (error) {
    return { ok: false, refusal: diskRefusal(error, path) }
  }
}

export const isHidden = ({ code }: Refusal): boolean => code === notServed('').code

async function modelAt(absolute: string, path: string): Promise<Contents> {
  const [stats, writable] = await Promise.all([stat(absolute), isWritable(absolute)])
  const isFolder = stats.isDirectory()
  const type = isFolder ? 'directory' : path.endsWith('.ipynb') ? 'notebook' : 'file'
  return {
    name: basename(path),
    path,
    type,
    writable,
    created: stats.birthtime.toISOString(),
    last_modified: stats.mtime.toISOString(),
    size: isFolder ? null : stats.size,
    mimetype: type === 'file' ? mimetypeOf(path) : null,
    content: null,
    format: null,
    hash: null,
    hash_algorithm: null,
  }
}

const isWritable = (absolute: string): Promise<boolean> =>
  access(absolute, constants.W_OK).then(
    () => true,
    () => false,
  )

/** The models of what is in a folder. Pipes, devices, sockets and what goes away meanwhile are left out. */
export async function folderContent({ absolute, model }: FoundEntry, root: string): Promise<Contents[]> {
  const names = (await readdir(absolute)).filter(isServedName)
  const entries = await Promise.all(names.map((name) => listed(root, model.path, name)))
  return entries.filter((entry) => entry !== null).sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function listed(root: string, folder: string, name: string): Promise<Contents | null> {
  const path = folder === '' ? name : `${folder}/${name}`
  const found = await entryOf(root, path)
  return found.ok && (await isListed(found)) ? found.model : null
}

async function isListed({ absolute }: FoundEntry): Promise<boolean> {
  const stats = await stat(absolute).catch(() => null)
  return stats !== null && (stats.isFile() || stats.isDirectory())
}

export const specialRefusal = (path: string): Refusal => ({ ...special(path), status: 400 })
