/** Public links on a real store: what the page shows and hides, who may make one, and when it ends. */
import { mkdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { publicLinkApi } from '../../contract/public-links.ts'
import type { Reply } from '../../src/http/reply.ts'
import type { Route } from '../../src/http/route.ts'
import { publicLinkRoutes } from '../../src/http/routes/public-links.ts'
import { fileStates } from '../../src/lineage/file-state.ts'
import { PublicLinkStore } from '../../src/people/public-links.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { newFolder } from '../cli/program.ts'
import { at, edge, ended, queued, sessionStarted } from '../store/entries.ts'
import { callRoute } from './call-route.ts'

const SECRET = 'sk-proj-4f9aT3BlbkFJ7hQz1uVw8XyKp2Rm6Nd0'
const PICTURE = Buffer.from('not really a picture')
let root = ''
let store: Store
let links: PublicLinkStore
let routes: readonly Route[]
let now = new Date('2026-01-01T12:00:00Z')
const record = vi.fn()

beforeAll(async () => {
  root = await newFolder()
  store = await openStore({ root })
  const source = `key = "${SECRET}"\nprint("<script>alert(1)</script>", key)`
  await store.objects.put(Buffer.from(source))
  const digest = await store.objects.put(Buffer.from(`<script>alert(1)</script> ${SECRET}`))
  const picture = await store.objects.put(PICTURE)
  const html = await store.objects.put(Buffer.from('<b onclick="x()">bold</b>'))
  await store.runs.append([
    sessionStarted('5e55aaaa', { notebook: 'deep/report.ipynb' }),
    queued('aaaa01', '5e55aaaa', { notebook: 'deep/report.ipynb', cellId: 'a', source }),
    ended('aaaa01', 1, {
      used: [edge('births.csv', { kind: 'file' })],
      outputs: [
        { mime: 'text/plain', digest, size: 80, outputType: 'stream', name: 'stdout' },
        { mime: 'text/html', digest: html, size: 20, outputType: 'display_data', name: null },
        { mime: 'image/png', digest: picture, size: 20, outputType: 'display_data', name: null },
      ],
      at: at(10),
    }),
  ])
  const cell = { cell_type: 'code', id: 'a', source, metadata: {}, outputs: [], execution_count: null }
  const text = { cell_type: 'markdown', id: 'b', source: '# Births <i>raw</i>', metadata: {} }
  const ipynb = JSON.stringify({ cells: [text, cell], metadata: {}, nbformat: 4, nbformat_minor: 5 })
  const state = await store.objects.put(Buffer.from(ipynb))
  await store.runs.append([
    {
      type: 'checkpoint-made',
      documentId: null,
      checkpoint: 'cccc01',
      name: 'final',
      notebook: 'deep/report.ipynb',
      at: at(20),
      actor: { id: 'user:ada', name: 'Ada' },
      run: 'aaaa01',
      state,
    },
  ])
})
beforeEach(async () => {
  now = new Date('2026-01-01T12:00:00Z')
  record.mockClear()
  await rm(`${root}/public-links.json`, { force: true })
  links = new PublicLinkStore(root, () => now)
  routes = publicLinkRoutes({
    links,
    sources: {
      index: store.index,
      objects: store.objects,
      secrets: store.secrets,
      fileState: fileStates(root, store.secrets),
    },
    documents: {
      open: async () => ({ ok: false, refusal: { code: 'missing', status: 404, message: 'none' } }),
    },
    checkpoints: { store, now: () => now.toISOString(), newId: () => 'dddd01' },
    record,
  })
})
afterAll(async () => {
  await store.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

async function made(what: object): Promise<{ readonly id: string; readonly token: string }> {
  const reply = await callRoute(routes, publicLinkApi.make, { body: { what, days: 7 } })
  if (reply.kind !== 'json') throw new Error(JSON.stringify(reply))
  const { link, path } = publicLinkApi.make.answer.parse(reply.body)
  return { id: link.id, token: path.replace('/public/', '') }
}
const opened = (token: string, more: object = {}): Promise<Reply> =>
  callRoute(routes, publicLinkApi.page, { role: 'anyone', params: { token }, ...more })

function htmlOf(reply: Reply): string {
  if (reply.kind !== 'page') throw new Error(JSON.stringify(reply))
  return reply.html
}
const result = { kind: 'result', run: 'aaaa01', receipt: false }

test('the page has the outputs, no script, and no secret', async () => {
  const { token } = await made(result)
  const reply = await opened(token)
  const html = htmlOf(reply)
  expect(reply).toMatchObject({ status: 200 })
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(html).not.toMatch(/<script|onclick="/)
  expect(html).toContain('<iframe sandbox ')
  expect(html).not.toContain(SECRET)
  expect(html).not.toContain('births.csv')
  expect(html).not.toContain('deep/')
})

test('with its receipt it has the code and the inputs', async () => {
  const html = htmlOf(await opened((await made({ ...result, receipt: true })).token))
  expect(html).toContain('births.csv')
  expect(html).toContain('print(')
  expect(html).not.toContain(SECRET)
})

test('a link to one output shows that one, its picture alone, and no other', async () => {
  const { token } = await made({ ...result, output: 0 })
  const stream = htmlOf(await opened(token, { origin: 'https://lab.example' }))
  expect(stream).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(stream).not.toMatch(/<iframe|<img|og:image/)
  const picture = await callRoute(routes, publicLinkApi.picture, { role: 'anyone', params: { token } })
  expect(picture).toMatchObject({ status: 404 })
  const display = htmlOf(await opened((await made({ ...result, output: 1 })).token))
  expect(display).toContain('<iframe sandbox ')
  expect(display).not.toContain('alert(1)')
  const none = await callRoute(routes, publicLinkApi.make, {
    body: { what: { ...result, output: 2 }, days: 7 },
  })
  expect(none).toMatchObject({ refusal: { status: 404, message: 'The run has no such output.' } })
  expect(record.mock.calls.at(-1)?.[0]).toMatchObject({ about: { run: 'aaaa01', output: '1' } })
})

test('a checkpoint has its cells, with what each had last', async () => {
  const html = htmlOf(await opened((await made({ kind: 'checkpoint', checkpoint: 'cccc01' })).token))
  expect(html).toContain('<h1>Births &lt;i&gt;raw&lt;/i&gt;</h1>')
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(html).not.toContain(SECRET)
})

test('the headers keep the address secret, take no cookie, and give the page an origin of its own', async () => {
  const reply = await opened((await made(result)).token)
  if (reply.kind !== 'page') throw new Error(reply.kind)
  expect(reply.headers).toMatchObject({
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'none',
    'cache-control': 'no-store',
  })
  expect(reply.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
  expect(reply.headers).not.toHaveProperty('set-cookie')
})

test('previews get a title and the picture, by the public address', async () => {
  const { token } = await made(result)
  const html = htmlOf(await opened(token, { origin: 'https://lab.example' }))
  expect(html).toContain('<meta property="og:title" content="report">')
  expect(html).toContain(`<meta property="og:image" content="https://lab.example/public/${token}/picture">`)
  const picture = await callRoute(routes, publicLinkApi.picture, { role: 'anyone', params: { token } })
  if (picture.kind !== 'bytes') throw new Error(picture.kind)
  expect(Buffer.from(picture.body)).toEqual(PICTURE)
  expect(picture.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'no-store' })
})

test('a revoked, an expired and an unknown link get the same plain page', async () => {
  const unknown = await opened('x'.repeat(32))
  const revoked = await made(result)
  await callRoute(routes, publicLinkApi.revoke, { params: { link: revoked.id } })
  const expired = await made(result)
  now = new Date('2026-01-08T12:00:01Z')
  for (const { token } of [revoked, expired]) expect(await opened(token)).toEqual(unknown)
  expect(unknown).toMatchObject({ status: 404 })
  expect(htmlOf(await opened('x', { language: 'zh' }))).toContain('此链接无效')
  const picture = { role: 'anyone', params: { token: expired.token } } as const
  expect(await callRoute(routes, publicLinkApi.picture, picture)).toMatchObject({ status: 404 })
})

test('owners alone make, list and revoke; each is recorded without the token', async () => {
  const { id, token } = await made(result)
  for (const role of ['anyone', 'viewer', 'runner'] as const)
    for (const spec of [publicLinkApi.list, publicLinkApi.make, publicLinkApi.revoke])
      expect(
        await callRoute(routes, spec, { role, params: { link: id }, body: { what: result } }),
      ).toMatchObject({
        kind: 'refused',
      })
  await callRoute(routes, publicLinkApi.revoke, { params: { link: id } })
  const actions = record.mock.calls.map(([entry]) => entry.action)
  expect(actions).toEqual(['public-link-made', 'public-link-revoked'])
  expect(JSON.stringify(record.mock.calls)).not.toContain(token)
})

test('the list has the last use; the file has no token, and survives a restart', async () => {
  const { token } = await made(result)
  expect(links.open).toMatchObject([{ title: 'report', lastUsed: null }])
  await opened(token)
  const again = new PublicLinkStore(root, () => now)
  expect(again.open).toMatchObject([{ lastUsed: now.toISOString() }])
  expect(again.find(token)).not.toBeNull()
  expect(Buffer.from(token, 'base64url')).toHaveLength(24)
})

test('a full disk keeps no reader out', async () => {
  const { token } = await made(result)
  await mkdir(join(root, 'public-links.json.new'))
  expect(await opened(token)).toMatchObject({ status: 200 })
  await rmdir(join(root, 'public-links.json.new'))
  expect(links.open).toMatchObject([{ lastUsed: now.toISOString() }])
})

test('one address opens only so many pages', async () => {
  const { token } = await made(result)
  const statuses = new Set<number>()
  for (let count = 0; count < 70; count++) {
    const reply = await opened(token, { visitor: { address: '10.0.0.1', device: '' } })
    if (reply.kind === 'page') statuses.add(reply.status)
  }
  expect([...statuses]).toEqual([200, 429])
  expect(await opened(token, { visitor: { address: '10.0.0.2', device: '' } })).toMatchObject({ status: 200 })
})
