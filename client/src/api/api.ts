/**
 * What the page asks of the server over HTTP (contract/http.ts). Answers are parsed here, once; whatever goes wrong
 * comes back as a value with words for a person. Nothing in here throws.
 */
import { Around } from '@yesterday/server/contract/around.ts'
import {
  ApiError,
  type ExportFormat,
  type FileCommand,
  FileEntries,
  FileEntry,
  KernelSpecs,
  Me,
  type MeChange,
  OpenedNotebook,
  type ApiError as Refusal,
  TrashedFile,
  UploadedFile,
  WrittenNotebook,
} from '@yesterday/server/contract/http.ts'
import { LogPage, Receipt, RunPlace } from '@yesterday/server/contract/run.ts'
import type { z } from 'zod'
import { BASE } from '../state/base.ts'
import { t } from '../text/text.ts'

/** Why there is no answer. `status` is 0 when the server did not answer at all. */
export interface Problem {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly hint: string | null
}

/** An answer, or why there is none. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem }

/** The effect of this file: how requests leave the page. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>
const browserFetch: Fetch = (url, init) => fetch(`${BASE}${url}`, init)

/** A path of the project in a URL, encoded part by part. */
export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** Where a file's bytes are, as a download. */
export const downloadUrl = (path: string): string => `${BASE}${bytesUrl(path)}`

/** Where a notebook is with its comments, as a download. */
export const commentedUrl = (path: string): string =>
  `${BASE}/api/export/${encodePath(path)}?format=ipynb&comments=included`

/** Where a notebook is in another form, as a download. */
export const exportUrl = (path: string, format: ExportFormat): string =>
  `${BASE}/api/export/${encodePath(path)}?format=${format}`

const bytesUrl = (path: string): string => `/api/files/${encodePath(path)}?download=1`

/** Where the bytes of a stored object are. */
export const objectUrl = (digest: string, mime?: string): string =>
  `${BASE}/api/objects/${encodeURIComponent(digest)}${mime === undefined ? '' : `?mime=${encodeURIComponent(mime)}`}`

function uploadUrl(path: string, overwrite: boolean, was: string | null): string {
  const query = new URLSearchParams()
  if (overwrite) query.set('overwrite', '1')
  if (was !== null) query.set('was', was)
  return `/api/files/${encodePath(path)}${query.size === 0 ? '' : `?${query}`}`
}

/** Which part of the log is asked for. */
export interface LogQuery {
  readonly notebook: string
  readonly cell: string | null
  readonly session?: string
  readonly before: string | null
  readonly limit: number
}

const logUrl = (query: LogQuery): string => {
  const search = new URLSearchParams({ notebook: query.notebook, limit: String(query.limit) })
  if (query.cell !== null) search.set('cell', query.cell)
  if (query.session !== undefined) search.set('session', query.session)
  if (query.before !== null) search.set('before', query.before)
  return `/api/log?${search}`
}

/** The requests of the page. `send` is a parameter so that tests need no network. */
export function makeApi(send: Fetch = browserFetch) {
  const get = <Schema extends z.ZodType>(schema: Schema, url: string, signal?: AbortSignal) =>
    ask(send, schema, url, signal === undefined ? {} : { signal })
  return {
    /** What the areas of the page ask with schemas of their own. */
    get,
    send: <Schema extends z.ZodType>(
      schema: Schema,
      url: string,
      method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      body: unknown,
    ) => ask(send, schema, url, body === null ? { method } : { ...postJson(body), method }),
    listFolder: (path: string, signal?: AbortSignal) =>
      get(FileEntries, `/api/files/${encodePath(path)}`, signal),
    changeFiles: (command: Exclude<FileCommand, { type: 'trash' }>) =>
      ask(send, FileEntry, '/api/files', postJson(command)),
    trash: (path: string) =>
      ask(send, TrashedFile, '/api/files', postJson({ type: 'trash', path } satisfies FileCommand)),
    /** With `was`, a file is overwritten only if that is its version. */
    upload: (path: string, bytes: Blob, overwrite: boolean, was: string | null = null) =>
      ask(send, UploadedFile, uploadUrl(path, overwrite, was), {
        method: 'PUT',
        body: bytes,
        headers: { 'content-type': 'application/octet-stream' },
      }),
    /** A file's bytes, with its version. */
    readFile: (path: string, signal: AbortSignal) => readBytes(send, bytesUrl(path), signal),
    /** `document` is the id of the notebook that is meant, wherever its file is. */
    open: (path: string, signal?: AbortSignal, document: string | null = null) =>
      ask(send, OpenedNotebook, '/api/notebooks/open', {
        ...postJson({ path, ...(document === null ? {} : { document }) }),
        ...(signal === undefined ? {} : { signal }),
      }),
    writeAgain: (documentId: string) =>
      ask(send, WrittenNotebook, `/api/notebooks/${encodeURIComponent(documentId)}/file`, postJson({})),
    kernelspecs: (signal?: AbortSignal) => get(KernelSpecs, '/api/kernelspecs', signal),
    me: (signal?: AbortSignal) => get(Me, '/api/me', signal),
    changeMe: (change: MeChange) => ask(send, Me, '/api/me', { ...postJson(change), method: 'PUT' }),
    log: (query: LogQuery, signal?: AbortSignal) => get(LogPage, logUrl(query), signal),
    receipt: (run: string, signal?: AbortSignal) =>
      get(Receipt, `/api/runs/${encodeURIComponent(run)}`, signal),
    runPlace: (run: string) => get(RunPlace, `/api/runs/${encodeURIComponent(run)}/place`),
    around: (run: string, hops: number, signal?: AbortSignal) =>
      get(Around, `/api/runs/${encodeURIComponent(run)}/around?hops=${hops}`, signal),
  }
}

/** All requests of the page. */
export type Api = ReturnType<typeof makeApi>

/** The requests of this page, to its own server. */
export const api: Api = makeApi()

const postJson = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

async function ask<Schema extends z.ZodType>(
  send: Fetch,
  schema: Schema,
  url: string,
  init: RequestInit,
): Promise<Answer<z.infer<Schema>>> {
  const received = await receive(send, url, init)
  if (!received.ok) return received
  const { response, body } = received.value
  if (!response.ok) return failure(refused(response.status, ApiError.safeParse(body).data))
  const parsed = schema.safeParse(body)
  return parsed.success ? { ok: true, value: parsed.data } : failure(unreadable(response.status))
}

/** A file as it is on disk. `version` is to be named when it is written. */
export interface FileBytes {
  readonly bytes: Blob
  readonly version: string | null
}

async function readBytes(send: Fetch, url: string, signal: AbortSignal): Promise<Answer<FileBytes>> {
  try {
    const response = await send(url, { signal })
    if (response.ok)
      return { ok: true, value: { bytes: await response.blob(), version: response.headers.get('etag') } }
    const refusal = ApiError.safeParse(parseJson(await response.text())).data
    return failure(refused(response.status, refusal))
  } catch {
    return unreachable()
  }
}

async function receive(
  send: Fetch,
  url: string,
  init: RequestInit,
): Promise<Answer<{ readonly response: Response; readonly body: unknown }>> {
  try {
    const response = await send(url, init)
    const text = await response.text()
    return { ok: true, value: { response, body: parseJson(text) } }
  } catch {
    return unreachable()
  }
}

const unreachable = () =>
  failure({
    status: 0,
    code: 'unreachable',
    message: t('problem.unreachable'),
    hint: t('problem.unreachableHint'),
  })

/** Null for an answer without content, undefined for one that is no JSON, as a proxy's page is. */
function parseJson(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(status: number, answer: Refusal | undefined): Problem {
  if (status === 401) {
    return { status, code: 'login', message: t('problem.login'), hint: t('problem.loginHint') }
  }
  if (answer === undefined) return unreadable(status)
  const { code, message, hint } = answer.error
  return { status, code, message, hint: hint ?? null }
}

const unreadable = (status: number): Problem => ({
  status,
  code: 'unreadable',
  message: t('problem.unreadable'),
  hint: t('problem.unreadableHint'),
})

const failure = (problem: Problem): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem,
})
