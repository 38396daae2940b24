/** The Jupyter servers in the user's folder. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ServerDraft, ServerId } from '../../contract/jupyter-servers.ts'
import {
  readServers,
  removeServer,
  saveServer,
  serverOf,
  serverTokens,
  shownServer,
  usableServers,
} from '../../src/user/jupyter-servers.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-servers-'))
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

const save = (id: string, more: object = {}) => {
  const draft = ServerDraft.parse({ title: 'Lab', url: 'https://lab.example/', token: 'a-secret', ...more })
  saveServer(serverOf(id, draft, folder), folder)
}
const ca = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----'

test('servers are saved for their owner alone, and shown without their tokens', () => {
  save('lab', { ca })
  save('b')
  expect(readServers(folder).map(({ id }) => id)).toEqual(['b', 'lab'])
  if (process.platform !== 'win32')
    expect(statSync(join(folder, 'jupyter-servers.json')).mode & 0o777).toBe(0o600)
  expect(serverTokens(folder)).toEqual(['a-secret', 'a-secret'])
  const shown = readServers(folder).map(shownServer)
  expect(JSON.stringify(shown)).not.toContain('a-secret')
  expect(shown[1]).toMatchObject({ id: 'lab', hasToken: true, hasCa: true, timeoutMs: 10_000 })
  expect(removeServer('b', folder)).toBe(true)
  expect(removeServer('b', folder)).toBe(false)
})

test('a token that is not entered stays, but never for another address', () => {
  save('lab', { ca })
  save('lab', { token: undefined, title: 'The lab' })
  expect(readServers(folder)[0]).toMatchObject({ title: 'The lab', token: 'a-secret', ca })
  save('lab', { token: undefined, url: 'https://evil.example/' })
  expect(readServers(folder)[0]).toMatchObject({ token: '', ca: null })
  save('lab', { token: 'new', url: 'https://evil.example/' })
  save('lab', { token: null, url: 'https://evil.example/' })
  expect(readServers(folder)[0]?.token).toBe('')
})

test.each([
  ['https://lab.example/lab/tree/a.ipynb', 'https://lab.example/'],
  ['http://127.0.0.1:8888/tree', 'http://127.0.0.1:8888/'],
  ['https://hub.example/user/ann', 'https://hub.example/user/ann/'],
])('the address %s is that of %s', (typed, url) => {
  expect(ServerDraft.parse({ title: 'x', url: typed }).url).toBe(url)
})

test.each([
  'lab.example',
  'ftp://lab.example/',
  'https://ann:secret@lab.example/',
  'https://lab.example/?token=secret',
  'file:///etc/passwd',
])('%s is no address', (url) => {
  expect(ServerDraft.safeParse({ title: 'x', url }).success).toBe(false)
})

test('tokens and names that could leave their header or address are refused', () => {
  const draft = (token: string) => ServerDraft.safeParse({ title: 'x', url: 'https://a/', token }).success
  expect(draft('a\r\nx-evil: 1')).toBe(false)
  expect(draft('é')).toBe(false)
  for (const id of ['', 'A', '../x', 'a@b', '-a', 'a'.repeat(41)])
    expect(ServerId.safeParse(id).success).toBe(false)
})

test('a damaged file is reported, not replaced, and stops no kernel', () => {
  const path = join(folder, 'jupyter-servers.json')
  for (const text of ['{', '{"version":2}', '{"version":1,"servers":[{"id":"a","url":"x"}]}']) {
    writeFileSync(path, text)
    expect(() => readServers(folder)).toThrow(/damaged/)
    expect(() => save('a')).toThrow(/damaged/)
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(usableServers(folder)).toEqual([])
  }
})
