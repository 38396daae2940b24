/**
 * A whole server for fuzz targets whose inputs are requests: the method and the path on the first line, then the body.
 * Invariant: an answer is what the contract says or an expected refusal, and has no stack and nothing of hidden files or
 * of another folder.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ApiError, ContentsError } from '../../contract/http.ts'
import { routes } from '../../contract/routes.ts'
import { compose } from '../../src/compose.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { Access } from '../../src/http/access.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { People } from '../../src/people/people.ts'
import { openProject } from '../../src/project.ts'
import { openKernels } from '../../src/setup/open-kernels.ts'
import { openProjectState } from '../../src/user/user-folder.ts'

const TOKEN = randomBytes(16).toString('hex')
/** In a hidden file of the project, and in a folder next to it. */
const HIDDEN = `hidden ${randomBytes(16).toString('hex')}`
const STACK = /\n\s+at .{1,200}:\d+:\d+/
/** A request has one of them, by its length. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { range: 'bytes=0-0, 1-,-1' },
  { 'if-none-match': '*', 'if-modified-since': 'never' },
  { 'accept-language': `${'x-'.repeat(2000)};q=NaN` },
  { 'x-forwarded-for': '127.0.0.1, ::1', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
  { cookie: 'yesterday=%; __proto__=1; '.repeat(50) },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  { 'content-type': 'application/json; charset=utf-7' },
]
const cell = { cell_type: 'code', id: 'a', source: '1', metadata: {}, outputs: [], execution_count: 3 }
const notebook = JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 })

export interface FuzzServerOptions {
  /** The variables of kernels, and of the search for kernelspecs. */
  readonly environment?: NodeJS.ProcessEnv
  /** Whether an answer that is no success and no refusal of a request is expected. */
  readonly mayFail?: (status: number, code: string) => boolean
}

/** Serves a new project folder, `root`, with a few files. No kernel can start but those of `environment`. */
export async function openFuzzServer({ environment, mayFail = () => false }: FuzzServerOptions = {}) {
  const above = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-fuzz-')))
  const root = join(above, 'project')
  for (const folder of [root, join(above, 'beside')]) await mkdir(folder)
  for (const path of ['project/.env', 'beside/a.txt']) await writeFile(join(above, path), HIDDEN)
  await mkdir(join(root, 'folder'))
  await writeFile(join(root, 'a.ipynb'), notebook)
  await writeFile(join(root, 'broken.ipynb'), '{"cells": [{"source": [{"toString": 1}]}], "nbformat": 4}')
  await writeFile(join(root, 'text.txt'), 'text')
  const client = await mkdtemp(join(tmpdir(), 'yesterday-fuzz-client-'))
  await writeFile(join(client, 'index.html'), '<!doctype html>')
  const failures: string[] = []
  const project = await openProject(root, (problem) => failures.push(problem))
  const access = new Access({
    people: new People(openProjectState(root)),
    root,
    reach: { hosts: new Set(loopbackHosts), secureHosts: new Set(), publicOrigin: null },
    fixedToken: TOKEN,
  })
  const house = compose({
    project,
    access,
    kernels: openKernels(root, { interpreters: [], ...(environment && { environment }) }),
    client,
    version: '0',
    trust: async () => undefined,
    logError: (what, error) => void failures.push(`${what}: ${error instanceof Error ? error.stack : error}`),
  })
  const http = createServer(house.handle)
  await new Promise<void>((done) => void http.listen(0, '127.0.0.1', done))
  return {
    root,
    /** Sends one request, and checks its answer. */
    feed: async (input: Uint8Array): Promise<'accepted' | 'refused'> => {
      const answer = await ask(http, input)
      const { status, text } = answer
      if (STACK.test(text)) throw new Error(`${status} with a stack: ${text}`)
      if (text.includes(HIDDEN) || text.includes('root:x:0'))
        throw new Error(`${status} shows what is hidden`)
      const [failure] = failures.splice(0)
      if (failure !== undefined) throw new Error(failure)
      if (status < 400) {
        requireAnswer(input, answer)
        return 'accepted'
      }
      if (isPage(input) && status < 500 && /<h1>./.test(text)) return 'refused'
      if (!text.startsWith('{')) throw new Error(`${status} without a reason: ${text}`)
      const { code, message } = refusalOf(JSON.parse(text))
      if (message === '' || (status >= 500 && !mayFail(status, code))) throw new Error(`${status} ${text}`)
      return 'refused'
    },
    state: () => filesBelow(root),
    close: async () => {
      http.close()
      http.closeAllConnections()
      await house.close()
      for (const folder of [above, client]) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Throws if it is no refusal of the contract. */
function refusalOf(body: unknown): { readonly code: string; readonly message: string } {
  const contents = ContentsError.safeParse(body).data
  return contents === undefined ? ApiError.parse(body).error : { code: '', message: contents.error }
}

/** Throws if a successful JSON answer is not what the contract says. */
function requireAnswer(input: Uint8Array, { status, type, text }: Answer): void {
  const [method = '', address = ''] = (Buffer.from(input).toString().split('\n')[0] ?? '').split(' ')
  const path = address.split('?')[0] ?? ''
  const route = routes.find((one) => one.method.toUpperCase() === method && patternOf(one.path).test(path))
  if (!type.startsWith('application/json') || route === undefined || route.answer === null) return
  if (status !== route.status) throw new Error(`${method} ${path} answered ${status}, not ${route.status}`)
  const { error } = route.answer.safeParse(JSON.parse(text))
  if (error) throw new Error(`${method} ${path} answered ${text}: ${z.prettifyError(error)}`)
}

/** True for a page for people who are not signed in: its refusals are pages as well. */
function isPage(input: Uint8Array): boolean {
  const [method = '', address = ''] = (Buffer.from(input).toString().split('\n')[0] ?? '').split(' ')
  const path = address.split('?')[0] ?? ''
  const pages = routes.filter(({ role, answer, streams }) => role === 'anyone' && answer === null && streams)
  return pages.some((page) => page.method.toUpperCase() === method && patternOf(page.path).test(path))
}

const patternOf = (path: string): RegExp => {
  const parts = path.replace('/{*path}', '(?:/.*)?').replace('*path', '.+').replace(/:\w+/g, '[^/]+')
  return new RegExp(`^${parts}/?$`, 'i')
}

interface Answer {
  readonly status: number
  /** The content type. */
  readonly type: string
  readonly text: string
}

/** A request that Node's client would not send is refused, as no browser would send it. */
const unsendable: Answer = {
  status: 400,
  type: '',
  text: '{"error":{"code":"none","message":"not a request"}}',
}

function ask(http: Server, input: Uint8Array): Promise<Answer> {
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const [head = '', ...rest] = Buffer.from(input).toString('utf8').split('\n')
  const [method = '', path = ''] = head.split(' ')
  if (!/^(?:GET|PUT|POST|DELETE|PATCH)$/.test(method) || !/^\/[\x21-\x7e]*$/.test(path))
    return Promise.resolve(unsendable)
  const body = method === 'GET' ? '' : rest.join('\n')
  const headers = {
    authorization: `token ${TOKEN}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headersOf(input),
  }
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = request({ host: '127.0.0.1', port: address.port, method, path, headers }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        type: response.headers['content-type'] ?? '',
        text: Buffer.concat(chunks).toString(),
      }),
    )
    response.on('error', reject)
  })
  asked.on('error', reject)
  asked.end(body)
  return promise
}

const headersOf = (input: Uint8Array): Readonly<Record<string, string>> =>
  HEADERS[input.length % HEADERS.length] ?? {}

/** False for a request whose body is read in another encoding than it was written in. */
export const isUtf8 = (input: Uint8Array): boolean => !headersOf(input)['content-type']?.includes('utf-7')

/** Paths and digests of what is in the project folder, the history left out. */
async function filesBelow(root: string): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const lines = entries
    .filter((entry) => !join(entry.parentPath, entry.name).startsWith(join(root, '.yesterday')))
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      return entry.isFile() ? `${path} ${digestOf(await readFile(path))}` : path
    })
  return (await Promise.all(lines)).sort().join('\n')
}
