/**
 * The HTTP surface that the browser uses, JSON both ways. Errors are `{error: {code, message, hint?}}` with a fitting
 * status. Paths in URLs are encoded part by part.
 *
 *   GET    /api/files/<path>                folder: FileEntry[]; 404 when missing
 *   GET    /api/files/<path>?download=1     the bytes, as attachment
 *   PUT    /api/files/<path>                upload (raw body) ; 409 exists unless ?overwrite=1
 *   POST   /api/files                       FileCommand → FileEntry
 *   POST   /api/notebooks/open              {path} → OpenedNotebook
 *   GET    /api/kernelspecs                 KernelSpecs
 *   GET    /api/log?<filters>               LogPage; the filters, and all of the past beyond it: past.ts
 *   GET    /api/runs/<run>                  Receipt (short prefixes accepted)
 *   GET    /api/runs/<run>/around?hops=      Around (around.ts)
 *   GET    /api/objects/<digest>            bytes, immutable, nosniff, sandboxed, `?mime=` from a fixed list
 *   GET    /api/me                          Me
 *   PUT    /api/me                          {name?, color?} → Me
 *   POST   /api/sign-out                    204; the cookie stops working and open sockets close with 4403
 *   WS     /api/rooms/<document id>?epoch=&acks=1&connection=     sync.ts
 *   WS     /api/notebooks/<document id>/session       session.ts
 *   GET    /api/export/<path>?format=py|script|html|ipynb   the notebook in another form, as attachment
 */
import { z } from 'zod'
import { ProjectPath, Timestamp } from './ids.ts'
import { Actor } from './session.ts'

export const FileEntry = z.object({
  name: z.string(),
  path: ProjectPath,
  type: z.enum(['folder', 'notebook', 'file']),
  /** Bytes; 0 for folders. */
  size: z.number(),
  modified: Timestamp,
  writable: z.boolean(),
})
export type FileEntry = z.infer<typeof FileEntry>
export const FileEntries = z.array(FileEntry)

export const FileCommand = z.discriminatedUnion('type', [
  /** A name is found that is free ("Untitled.ipynb", "Untitled 1.ipynb"). */
  z.object({ type: z.literal('newNotebook'), folder: ProjectPath, name: z.string().optional() }),
  z.object({ type: z.literal('newFolder'), folder: ProjectPath, name: z.string().optional() }),
  /** Rename or move; 409 when the target exists. */
  z.object({ type: z.literal('move'), from: ProjectPath, to: ProjectPath }),
  z.object({ type: z.literal('copy'), from: ProjectPath, to: ProjectPath.optional() }),
  /** To `.yesterday/trash`, from where it can be fetched. */
  z.object({ type: z.literal('trash'), path: ProjectPath }),
])
export type FileCommand = z.infer<typeof FileCommand>

export const OpenedNotebook = z.object({
  path: ProjectPath,
  /** Names the room; stays when the file is moved. */
  documentId: z.string(),
  /** The life of the room: a client with another epoch never merges. */
  epoch: z.string(),
  writable: z.boolean(),
})
export type OpenedNotebook = z.infer<typeof OpenedNotebook>

export const KernelSpecs = z.object({
  default: z.string().nullable(),
  specs: z.array(z.object({ name: z.string(), displayName: z.string(), language: z.string() })),
  problems: z.array(z.string()),
})
export type KernelSpecs = z.infer<typeof KernelSpecs>

/** `color` is the person's CSS colour, legible as a caret on light and dark. */
export const Me = z.object({ actor: Actor, color: z.string(), project: z.string(), version: z.string() })
export type Me = z.infer<typeof Me>

export const ApiError = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
})
export type ApiError = z.infer<typeof ApiError>
