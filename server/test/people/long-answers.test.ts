/** A download or an upload that is under way ends when its sender may not have it any more. */
import { once } from 'node:events'
import { access, mkdir, mkdtemp, open, readdir, realpath } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Role } from '../../contract/route.ts'
import { startComposed, type TestServer } from '../http/composed-server.ts'

const MIB = 1024 * 1024
/** More than what sockets and streams hold of it. */
const SIZE = 400 * MIB
let root = ''
let server: TestServer

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-long-')))
  server = await startComposed(root, await mkdtemp(join(tmpdir(), 'yesterday-long-state-')))
  await mkdir(join(root, 'data'))
  const file = await open(join(root, 'data/large.bin'), 'w')
  await file.truncate(SIZE)
  await file.close()
})
afterAll(() => server.close())

function member(role: Role) {
  const { person, cookie } = server.people.admit(role, role)
  return { id: person.id, cookie: server.access.setCookie(cookie).split(';')[0] ?? '' }
}

/** A download whose first bytes are there, and which is not read on. */
async function begun(cookie: string): Promise<IncomingMessage> {
  const [host, port] = server.address.split(':')
  const asked = request({ host, port, path: '/api/files/data/large.bin?download', headers: { cookie } })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  await once(answer, 'readable')
  return answer
}

/** Reads what comes, a chunk at a time with a pause after it of this many ms: how many bytes, and whether they are all. */
async function rest(answer: IncomingMessage, pause: number): Promise<{ bytes: number; complete: boolean }> {
  let bytes = 0
  try {
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).length
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    }
  } catch {
    // The connection ended before the file did.
  }
  return { bytes, complete: answer.complete }
}

test('of a member who is removed', async () => {
  const eve = member('viewer')
  const answer = await begun(eve.cookie)
  expect(server.people.remove(eve.id)).toBe('removed')
  const { bytes, complete } = await rest(answer, 5)
  expect([bytes < SIZE, complete]).toEqual([true, false])
})

test('of a folder that is hidden now; one by whom it may still be read goes on', async () => {
  const [eve, joe] = [member('viewer'), member('viewer')]
  const [hers, his] = [await begun(eve.cookie), await begun(joe.cookie)]
  server.grants.put(eve.id, { kind: 'folder', path: 'data' }, 'none', 'Ada')
  server.grants.put(joe.id, { kind: 'folder', path: 'data' }, 'editor', 'Ada')
  expect((await rest(hers, 5)).complete).toBe(false)
  expect(await rest(his, 0)).toEqual({ bytes: SIZE, complete: true })
})

test('an upload of a member who may not edit any more leaves nothing', async () => {
  const eve = member('editor')
  const [host, port] = server.address.split(':')
  const headers = { cookie: eve.cookie, origin: `http://${server.address}`, 'content-length': 100 }
  const sent = request({ host, port, method: 'PUT', path: '/api/files/data/new.bin', headers })
  const failed = once(sent, 'error')
  sent.write('begun')
  await vi.waitFor(async () => expect(await readdir(join(root, 'data'))).toHaveLength(2))
  server.people.changeRole(eve.id, 'viewer')
  await failed
  await vi.waitFor(async () => expect(await readdir(join(root, 'data'))).toEqual(['large.bin']))
  await expect(access(join(root, 'data/new.bin'))).rejects.toThrow()
})
