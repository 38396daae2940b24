/** Routes of files, notebooks, exports and stored objects. Paths in addresses are encoded part by part. */
import { z } from 'zod'
import { CellEdits } from './edits.ts'
import {
  ExportFormat,
  FileCommand,
  FileEntries,
  FileEntry,
  OpenedNotebook,
  TrashedFile,
  UploadedFile,
  WrittenNotebook,
} from './http.ts'
import { Digest, DocumentId, ProjectPath } from './ids.ts'
import { PublishedResults } from './results.ts'
import { Flag, PathParam, plain } from './route.ts'

const readFile = {
  ...plain,
  method: 'get',
  role: 'viewer',
  query: z.object({ download: Flag }),
  answer: FileEntries,
  streams: true,
} as const
const DocumentParam = z.object({ document: z.string() })

export const fileApi = {
  readRoot: {
    ...readFile,
    path: '/api/files',
    summary: 'Lists the project folder.',
  },
  read: {
    ...readFile,
    path: '/api/files/{*path}',
    summary: 'Lists a folder. With `download`, sends the bytes of a file, and its version as `ETag`.',
    params: z.object({ path: PathParam }),
  },
  upload: {
    ...plain,
    method: 'put',
    path: '/api/files/*path',
    summary:
      'Writes a file from the raw body. With `overwrite=1`, it may replace one; with `was`, only this version of it.',
    role: 'editor',
    params: z.object({ path: PathParam }),
    query: z.object({ overwrite: Flag, was: z.string().max(100).optional() }),
    reads: 'stream',
    answer: UploadedFile,
    status: 201,
  },
  command: {
    ...plain,
    method: 'post',
    path: '/api/files',
    summary: 'Creates, moves, copies, or moves to the trash.',
    role: 'editor',
    movesAll: true,
    body: FileCommand,
    answer: z.union([FileEntry, TrashedFile]),
  },
  open: {
    ...plain,
    method: 'post',
    path: '/api/notebooks/open',
    summary: 'Opens a notebook and returns the document id and epoch, by which its room is entered.',
    role: 'viewer',
    /** `document`: the id of the notebook that is meant, wherever its file is now. */
    body: z.object({ path: ProjectPath, document: DocumentId.optional() }),
    answer: OpenedNotebook,
  },
  edits: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/edits',
    summary: 'Lists who edited each cell of a notebook last, and when.',
    role: 'viewer',
    params: DocumentParam,
    answer: CellEdits,
  },
  writeAgain: {
    ...plain,
    method: 'post',
    path: '/api/notebooks/:document/file',
    summary: 'Saves an open notebook whose file is gone into a new file.',
    role: 'editor',
    params: DocumentParam,
    answer: WrittenNotebook,
    status: 201,
  },
  publishResults: {
    ...plain,
    method: 'post',
    path: '/api/notebooks/:document/results',
    summary:
      "Shows and saves the results of runs in a program's own kernel. They are durable when it answers.",
    role: 'runner',
    params: DocumentParam,
    body: PublishedResults,
    answer: z.object({}),
  },
  export: {
    ...plain,
    method: 'get',
    path: '/api/export/*path',
    summary: 'Sends a notebook in another form, as its document is now, saved or not.',
    role: 'viewer',
    params: z.object({ path: PathParam }),
    /**
     * `secrets=kept` is for programs that run the notebook. The document has the same secrets. `comments=included` puts the
     * comments into the metadata of an `ipynb`.
     */
    query: z.object({
      format: ExportFormat,
      secrets: z.enum(['masked', 'kept']).default('masked'),
      comments: z.enum(['omitted', 'included']).default('omitted'),
    }),
    answer: null,
    streams: true,
  },
  object: {
    ...plain,
    method: 'get',
    path: '/api/objects/:digest',
    summary: 'Sends stored bytes, immutable and sandboxed. `mime` is one of a fixed list of types.',
    role: 'viewer',
    params: z.object({ digest: Digest }),
    query: z.object({ mime: z.string().default('application/octet-stream') }),
    answer: null,
    streams: true,
  },
} as const
