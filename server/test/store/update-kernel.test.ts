/**
 * A workspace from before there were members, roles and scopes, opened by the program of today: runs, objects, receipts,
 * people, tokens, checkpoints and names are there, and a replay comes out the same. `fixtures/before-people.tar.gz` was
 * made by the program of then: `run --save`, `checkpoint`, `token`, and a page that named its person and opened the notebook.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Me, OpenedNotebook } from '../../contract/http.ts'
import { Checkpoint } from '../../contract/past.ts'
import { Receipt, RunSummary } from '../../contract/run.ts'
import { yesterday } from '../cli/program.ts'
import { python, whySkipped } from '../session/house.ts'
import { type Server, startServer } from '../session/page.ts'

const FIXTURE = join(import.meta.dirname, 'fixtures/before-people.tar.gz')
/** The folder was `/srv/births`; a project's state is found by the digest of its path. */
const digestOf = (path: string): string => createHash('sha256').update(path).digest('hex')
const FORMER = digestOf('/srv/births').slice(0, 32)
const WORKSPACE = 'workspaces/caf556a101d6295bf2deed33a5ffd630.json'
const COOKIE = '3fc79545f3783b230aec.dlraIeiRK8-uACMhRaqb5nL4OTqKNjIL-0ctnKWfdhc'
const TOKEN = '5xShNhjBcyWFyNV9wT9GsZ7jnjQ3MzTNis3x8DwHdzQ'
const DOCUMENT = 'f98589f342206b2d2357'

let [place, root] = ['', '']
beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-update-')))
  root = join(place, 'project')
  const data = join(place, 'data')
  execFileSync('tar', ['-xzf', FIXTURE, '-C', place])
  renameSync(join(data, 'projects', FORMER), join(data, 'projects', digestOf(root).slice(0, 32)))
  // An update happens in place: the folder is the one that the record of the workspace names.
  const { ino, birthtimeNs } = statSync(join(root, '.yesterday'), { bigint: true })
  const known = JSON.parse(readFileSync(join(data, WORKSPACE), 'utf8'))
  const here = { inode: String(ino), born: birthtimeNs > 0n ? String(birthtimeNs) : null }
  writeFileSync(
    join(data, WORKSPACE),
    JSON.stringify({ ...known, folder: join(root, '.yesterday'), place: here }),
  )
  vi.stubEnv('YESTERDAY_HOME', data)
  vi.stubEnv('YESTERDAY_PYTHON', python ?? '')
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true, force: true, maxRetries: 5 })
})

const lines = async (...words: readonly string[]): Promise<readonly unknown[]> => {
  const { code, out, err } = await yesterday(root, ...words, '--json')
  expect({ words, code, err }).toEqual({ words, code: 0, err: '' })
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

test('the command line finds all that was recorded, and the chain is whole', async () => {
  const runs = (await lines('log')).map((line) => RunSummary.parse(line))
  expect(runs.map(({ run, title, outcome }) => [run.slice(0, 8), title, outcome])).toEqual([
    ['45b5156c', 'from base64 import b64decode', 'ok'],
    ['58824ff3', 'import random', 'ok'],
    ['0907130d', 'import csv', 'ok'],
  ])
  const [shown] = await lines('show', '45b5')
  const receipt = Receipt.parse(shown)
  expect(receipt.used.map(({ name }) => name)).toContain('total')
  expect(receipt.generated.map(({ name }) => name)).toContain('total.txt')
  expect((await yesterday(root, 'output', '5882')).out).toBe('7 0.134\n')
  const names = (await lines('checkpoint')).map((line) => Checkpoint.parse(line).name)
  expect(names).toEqual(['in the page', 'first'])
  expect((await yesterday(root, 'members')).out).toMatch(/Ada.*owner/)
  expect((await yesterday(root, 'token', '--list')).out).toMatch(
    /^lab +admin +made .*does not expire +never used$/m,
  )
  expect((await yesterday(root, 'verify', '45b5')).code).toBe(0)
  expect((await yesterday(root, 'fsck')).out).toMatch(/all is well/)
})

test('a person who was signed in stays an owner under their name; tokens and addresses open what they did', async () => {
  const server: Server = await startServer(root)
  const { origin } = server
  try {
    const cookie = `yesterday-${digestOf(root).slice(0, 8)}=${COOKIE}`
    const me = Me.parse(await (await fetch(`${origin}/api/me`, { headers: { cookie } })).json())
    expect(me).toMatchObject({ actor: { name: 'Ada' }, isNamed: true, role: 'owner' })
    const headers = { authorization: `token ${TOKEN}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ path: 'births.ipynb' })
    const opened = await fetch(`${origin}/api/notebooks/open`, { method: 'POST', headers, body })
    expect(OpenedNotebook.parse(await opened.json())).toMatchObject({ documentId: DOCUMENT, writable: true })
    const picture = await fetch(`${origin}/runs/45b5156c/picture`, { headers })
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
  } finally {
    await server.stop()
  }
})

test.skipIf(python === null)(`a replay comes out the same${whySkipped}`, async () => {
  const replayed = await yesterday(root, 'replay', '45b5')
  expect(replayed.out).toMatch(/^Identical result\.$/m)
  expect((await yesterday(root, 'checkpoint', 'restore', 'first', 'births.ipynb')).code).toBe(0)
  expect((await yesterday(root, 'fsck')).code).toBe(0)
})
