/**
 * Routes of Jupyter Server's contents and config services, over the project folder
 * (https://jupyter-server.readthedocs.io/en/latest/developers/contents.html). Refusals have `message` and `reason`
 * beside `error`.
 */
import { z } from 'zod'
import { Timestamp } from './ids.ts'
import { DEPTH_LIMIT, isDeeperThan, isJsonObject, type JsonObject } from './json.ts'
import { PathParam, plain } from './route.ts'

/** Clients of Jupyter servers send JSON as `text/plain`. */
const jupyter = { ...plain, reads: 'anyJson' } as const

const text = z.string().max(4096)
/** Lines may be broken anywhere. The search takes time in proportion to the length. */
const isBase64 = (value: unknown): boolean =>
  typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value.replace(/\s/g, ''))

/** Jupyter Server takes every type that it does not know for `file`. */
const ContentsType = z.union([z.enum(['directory', 'file', 'notebook']), text]).transform((type) => {
  return type === 'directory' || type === 'notebook' ? type : 'file'
})

/** A file, notebook or folder. `content` and `format` are null unless they were asked for. */
export const Contents = z.object({
  name: z.string(),
  path: z.string(),
  type: z.enum(['directory', 'file', 'notebook']),
  writable: z.boolean(),
  created: Timestamp,
  last_modified: Timestamp,
  /** Bytes; null for folders. */
  size: z.number().nullable(),
  mimetype: z.string().nullable(),
  /** A notebook as nbformat 4 has it, text, base64, or the models of what is in a folder. */
  content: z.unknown(),
  format: z.enum(['json', 'text', 'base64']).nullable(),
  /** Of the file's bytes: hex digits. */
  hash: z.string().nullable(),
  hash_algorithm: z.literal('sha256').nullable(),
})
export type Contents = z.infer<typeof Contents>

export const ContentsQuery = z.object({
  type: ContentsType.optional(),
  format: z.enum(['text', 'base64']).optional(),
  content: z.enum(['0', '1']).default('1'),
  hash: z.enum(['0', '1']).default('0'),
})
export type ContentsQuery = z.infer<typeof ContentsQuery>

/** `copy_from`: a file to copy into the folder. Else something empty is created: `ext` of a file begins with a dot. */
export const ContentsCreation = z.preprocess(
  (value) => value ?? {},
  z.object({
    copy_from: text.nullish(),
    type: ContentsType.nullish(),
    ext: z
      .string()
      .regex(/^(?:\.[\w.-]{1,50})?$/, 'an extension is a dot and up to 50 of a-z A-Z 0-9 _ - .')
      .nullish(),
  }),
)
export type ContentsCreation = z.infer<typeof ContentsCreation>

/** `chunk`: part 1, 2, … of a large file; the last is -1. */
export const ContentsSave = z
  .object({
    type: ContentsType.nullish(),
    format: z.enum(['json', 'text', 'base64']).nullish(),
    content: z.unknown().optional(),
    chunk: z.number().int().min(-1).max(1_000_000).nullish(),
    copy_from: text.nullish(),
  })
  .refine(({ format, content }) => format !== 'base64' || isBase64(content), {
    path: ['content'],
    message: 'this is not base64',
  })
export type ContentsSave = z.infer<typeof ContentsSave>
/** Without a body, a new file is created in the folder. */
const MaybeSave = z.preprocess((value) => value ?? null, ContentsSave.nullable())

export const ContentsRename = z.object({ path: text.nullish() })
export type ContentsRename = z.infer<typeof ContentsRename>

/** The copy of a file that it can be brought back to. There is one for each file. */
export const ContentsCheckpoint = z.object({ id: z.string(), last_modified: Timestamp })
export type ContentsCheckpoint = z.infer<typeof ContentsCheckpoint>

/** A section of a client's settings: a JSON object. */
export const ConfigSection = z.custom<JsonObject>(
  (value) => isJsonObject(value) && !isDeeperThan(DEPTH_LIMIT, value),
  `a section is an object of at most ${DEPTH_LIMIT} levels`,
)

const PathParams = z.object({ path: PathParam })
const CheckpointParams = z.object({ path: PathParam, checkpoint: z.string().max(200) })
const SectionParams = z.object({
  section: z.string().regex(/^\w{1,100}$/, 'a section is named by a-z A-Z 0-9 _'),
})

const read = { ...jupyter, method: 'get', role: 'viewer', query: ContentsQuery, answer: Contents } as const
const create = {
  ...jupyter,
  method: 'post',
  role: 'editor',
  body: ContentsCreation,
  answer: Contents,
  status: 201,
} as const

export const contentsApi = {
  listCheckpoints: {
    ...jupyter,
    method: 'get',
    path: '/api/contents/*path/checkpoints',
    summary: 'Lists the checkpoint of a file, if there is one.',
    role: 'viewer',
    params: PathParams,
    answer: z.array(ContentsCheckpoint),
  },
  createCheckpoint: {
    ...jupyter,
    method: 'post',
    path: '/api/contents/*path/checkpoints',
    summary: 'Copies a file, so that it can be brought back. Replaces its last checkpoint.',
    role: 'editor',
    params: PathParams,
    answer: ContentsCheckpoint,
    status: 201,
  },
  restoreCheckpoint: {
    ...jupyter,
    method: 'post',
    path: '/api/contents/*path/checkpoints/:checkpoint',
    summary: 'Brings a file back to its checkpoint. An open notebook changes like by any edit.',
    role: 'editor',
    params: CheckpointParams,
    answer: null,
    status: 204,
  },
  deleteCheckpoint: {
    ...jupyter,
    method: 'delete',
    path: '/api/contents/*path/checkpoints/:checkpoint',
    summary: 'Deletes the checkpoint of a file.',
    role: 'editor',
    params: CheckpointParams,
    answer: null,
    status: 204,
  },
  readContentsRoot: {
    ...read,
    path: '/api/contents',
    summary: 'Returns the project folder, with the models of what is in it.',
  },
  readContents: {
    ...read,
    path: '/api/contents/{*path}',
    summary: 'Returns a file, a notebook or a folder. An open notebook is saved first.',
    params: PathParams,
  },
  createInRoot: {
    ...create,
    path: '/api/contents',
    summary: 'Creates or copies a file in the project folder, under a free name.',
  },
  createIn: {
    ...create,
    path: '/api/contents/{*path}',
    summary: 'Creates or copies a file in a folder, under a free name.',
    params: PathParams,
  },
  saveContents: {
    ...jupyter,
    method: 'put',
    path: '/api/contents/*path',
    summary: 'Writes a file or creates a folder. A notebook is merged with what others changed in it.',
    role: 'editor',
    params: PathParams,
    body: MaybeSave,
    answer: Contents,
  },
  renameContents: {
    ...jupyter,
    method: 'patch',
    path: '/api/contents/*path',
    summary: 'Renames or moves a file or folder.',
    role: 'editor',
    movesAll: true,
    params: PathParams,
    body: ContentsRename,
    answer: Contents,
  },
  deleteContents: {
    ...jupyter,
    method: 'delete',
    path: '/api/contents/*path',
    summary: 'Moves a file or folder to the trash.',
    role: 'editor',
    movesAll: true,
    params: PathParams,
    answer: null,
    status: 204,
  },
  downloadFile: {
    ...jupyter,
    method: 'get',
    path: '/files/*path',
    summary: 'Sends the bytes of a file, as a download.',
    role: 'viewer',
    params: PathParams,
    query: z.object({ download: z.unknown().optional() }),
    answer: null,
    streams: true,
  },
  configSection: {
    ...jupyter,
    method: 'get',
    path: '/api/config/:section',
    summary: "Returns a section of a Jupyter client's settings; empty if there is none.",
    role: 'viewer',
    params: SectionParams,
    answer: ConfigSection,
  },
  setConfigSection: {
    ...jupyter,
    method: 'put',
    path: '/api/config/:section',
    summary: 'Replaces a section of settings.',
    role: 'editor',
    params: SectionParams,
    body: ConfigSection,
    answer: null,
    status: 204,
  },
  changeConfigSection: {
    ...jupyter,
    method: 'patch',
    path: '/api/config/:section',
    summary: 'Changes members of a section of settings; null removes one.',
    role: 'editor',
    params: SectionParams,
    body: ConfigSection,
    answer: ConfigSection,
  },
} as const
