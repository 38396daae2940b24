/** What programs show of links: title, description and picture for those who may see it, by role and by token; nothing else. */
import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Thread } from '../../contract/comments.ts'
import { OpenedNotebook } from '../../contract/http.ts'
import { ROLES, type Role } from '../../contract/route.ts'
import type { Access } from '../../src/http/access.ts'
import type { Grants } from '../../src/people/grants.ts'
import type { MemberTokens } from '../../src/people/member-tokens.ts'
import type { People } from '../../src/people/people.ts'
import type { Project } from '../../src/project.ts'
import { at, ended, queued, sessionStarted } from '../store/entries.ts'
import { startComposed, type TestServer } from './composed-server.ts'

const SECRET = 'sk-proj-4f9aT3BlbkFJ7hQz1uVw8XyKp2Rm6Nd0'
const PICTURE = Buffer.from('not really a picture')
let [root, state, document] = ['', '', '']
let project: Project
let people: People
let grants: Grants
let memberTokens: MemberTokens
let access: Access
let server: TestServer

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-previews-')))
  state = await mkdtemp(join(tmpdir(), 'yesterday-previews-state-'))
  await mkdir(join(root, 'private'))
  await mkdir(join(state, 'client'))
  await writeFile(
    join(state, 'client/index.html'),
    '<html lang="en"><head><title>Yesterday</title></head></html>',
  )
  const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }
  await writeFile(join(root, 'private/births.ipynb'), JSON.stringify(notebook))
  server = await startComposed(root, state, join(state, 'client'))
  ;({ project, people, grants, memberTokens, access } = server)
  const opened = await fetch(`${origin()}/api/notebooks/open`, {
    method: 'POST',
    headers: { ...person('owner'), origin: origin(), 'content-type': 'application/json' },
    body: JSON.stringify({ path: 'private/births.ipynb' }),
  })
  document = OpenedNotebook.parse(await opened.json()).documentId
  await record()
})
afterAll(() => server.close())

async function record(): Promise<void> {
  const { objects, runs } = project.store
  const picture = await objects.put(PICTURE)
  const text = await objects.put(Buffer.from('text'))
  const source = `# plot <b>births</b> ${SECRET}\nplot()`
  await objects.put(Buffer.from(source))
  const of = { notebook: 'private/births.ipynb', documentId: document }
  const shown = { mime: 'image/png', digest: picture, size: 20, outputType: 'display_data', name: null }
  const outputs = [{ mime: 'text/plain', digest: text, size: 4, outputType: 'stream', name: 'stdout' }, shown]
  await runs.append([
    sessionStarted('5e55aaaa', of),
    queued('aaaa01', '5e55aaaa', { notebook: of.notebook, source }),
    ended('aaaa01', 1, { outputs, at: at(10) }),
    queued('bbbb01', '5e55aaaa', { notebook: of.notebook, source }),
    ended('bbbb01', 2, { outputs: [], at: at(20) }),
    {
      ...{ type: 'checkpoint-made', checkpoint: 'cccc01', name: 'final', at: at(30), run: 'aaaa01' },
      ...{ ...of, actor: { id: 'user:ada', name: 'Ada' }, state: text },
    },
  ])
}

const origin = (): string => `http://${server.address}`

/** The headers of a new member; `hidden`: the folder is hidden from them. */
function person(role: Role, hidden = false): Record<string, string> {
  const { person: made, cookie } = people.admit(role, role)
  if (hidden) grants.put(made.id, { kind: 'folder', path: 'private' }, 'none', 'Ada')
  return { cookie: access.setCookie(cookie).split(';')[0] ?? '' }
}
function program(role: Role, hidden = false): Record<string, string> {
  const { person: made } = people.admit(role, role)
  if (hidden) grants.put(made.id, { kind: 'folder', path: 'private' }, 'none', 'Ada')
  const token = memberTokens.make({ member: made.id, name: 'bot', role: 'viewer', days: 1 })
  if (typeof token === 'string') throw new Error(token)
  return { authorization: `token ${token.secret}` }
}

const inside = (target: string): string => `/notebooks/private/births.ipynb?id=${document}&${target}`
const ADDRESSES = () => [
  '/runs/aaaa01',
  inside('run=aaaa01'),
  inside('output=aaaa01:1'),
  inside('compare=bbbb01:aaaa01'),
  inside('checkpoint=cccc01'),
  inside('changes=cccc01'),
  `/notebooks/private/births.ipynb?id=${document}`,
  '/notebooks/private/births.ipynb',
]

async function page(path: string, headers: Record<string, string>) {
  const response = await fetch(`${origin()}${path}`, { headers: { ...headers, accept: 'text/html' } })
  const html = await response.text()
  const og = [...html.matchAll(/<meta property="og:(\w+)" content="([^"]*)">/g)]
  return { html, status: response.status, og: new Map(og.map(([, name = '', text = '']) => [name, text])) }
}

test.each(ROLES)(
  '%s: a session and a token get title, description and picture of each address',
  async (role) => {
    for (const headers of [person(role), program(role)])
      for (const path of ADDRESSES()) {
        const { og, html, status } = await page(path, headers)
        expect([path, status, og.get('title')]).toEqual([path, 200, expect.stringContaining('births')])
        expect([path, og.get('description')]).not.toEqual([path, ''])
        expect(html).not.toContain(SECRET)
        const picture = await fetch(og.get('image') ?? '', { headers })
        expect([path, picture.status, await picture.text()]).toEqual([path, 200, PICTURE.toString()])
        expect(picture.headers.get('content-type')).toBe('image/png')
      }
  },
)

test('without a session, and for those from whom it is hidden, an address says nothing of what is there', async () => {
  const without = (html: string) => html.replace(/name="next" value="[^"]*"|next=[^"]*"|url=[^"]*"/g, '')
  const strange = await page('/runs/ffff', {})
  for (const path of ADDRESSES()) {
    const { html, og, status } = await page(path, {})
    expect([path, status, og.size]).toEqual([path, 401, 0])
    expect(without(html)).toBe(without(strange.html))
    for (const headers of [person('runner', true), program('runner', true)]) {
      const hidden = await page(path, headers)
      expect([path, hidden.status, hidden.html]).toEqual([
        path,
        200,
        (await page('/runs/ffff', headers)).html,
      ])
    }
  }
  for (const headers of [{}, person('runner', true), program('runner', true)]) {
    const answers = ['aaaa01', 'ffff01'].map((run) => fetch(`${origin()}/runs/${run}/picture`, { headers }))
    const [hidden, missing] = await Promise.all(answers)
    expect([hidden?.status, await hidden?.text()]).toEqual([missing?.status, await missing?.text()])
    expect(hidden?.status).toBeGreaterThanOrEqual(401)
  }
})

test('what the author wrote stays text, and what is not there has no preview', async () => {
  const viewer = person('viewer')
  const { html } = await page('/runs/aaaa01', viewer)
  expect(html).not.toContain('<b>')
  for (const path of [
    '/runs/ffff',
    inside('compare=aaaa01:ffff'),
    '/notebooks/none.ipynb',
    '/notebooks/%E0%A4%A',
  ])
    expect([path, (await page(path, viewer)).og.size]).toEqual([path, 0])
  expect((await fetch(`${origin()}/runs/bbbb01/picture`, { headers: viewer })).status).toBe(404)
  expect((await fetch(`${origin()}/runs/aaaa01/picture?output=0`, { headers: viewer })).status).toBe(404)
})

test('a comment shows its first words to those who may see the notebook, with what is secret masked', async () => {
  const headers = { ...person('commenter'), origin: origin(), 'content-type': 'application/json' }
  const text = `Is <b>this</b> right? ${SECRET}`
  const body = JSON.stringify({ anchor: { on: 'cell', cell: 'aaaaaa' }, text })
  const begun = await fetch(`${origin()}/api/notebooks/${document}/comments`, {
    method: 'POST',
    headers,
    body,
  })
  const { id } = Thread.parse(await begun.json())
  const { og, html } = await page(inside(`comment=${id}`), person('viewer'))
  expect(og.get('title')).toMatch(/^A comment of commenter, of .* · births$/)
  expect(og.get('description')).toMatch(/^Is &lt;b&gt;this/)
  expect(html).not.toContain(SECRET)
  expect((await page(inside(`comment=${id}`), {})).og.size).toBe(0)
  for (const [address, sender] of [
    [`comment=${id}`, person('runner', true)],
    ['comment=ffff', person('viewer')],
  ] as const)
    expect((await page(inside(address), sender)).og.size).toBe(0)
})
