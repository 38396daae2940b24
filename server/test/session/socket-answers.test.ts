/** Every command that a client sends is answered once, whatever fails on the way. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { takeSessionSocket } from '../../src/session/session-socket.ts'
import { connected, openHouse, writeNotebook } from '../fuzz/session-commands.ts'

const person = { id: 'ada', name: 'Ada', color: '#000' }
/** More than may be pending: a counter that did not fall would leave the socket paused. */
const MANY = 150

let root = ''
let house: Awaited<ReturnType<typeof openHouse>>
let page: Awaited<ReturnType<typeof connected>>
let visit: NonNullable<Awaited<ReturnType<(typeof house)['sessions']['visit']>>>
let may: () => boolean

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-answers-'))
  await writeNotebook(root)
  house = await openHouse(root)
  may = () => true
  const take = takeSessionSocket(house.sessions, () => {
    throw new Error('noting failed')
  })
  house.sockets.on('connection', (socket) => take(socket, { documentId: house.id, person, may: () => may() }))
  const visited = await house.sessions.visit(house.id)
  if (visited === null) throw new Error('the notebook is gone')
  visit = visited
  page = await connected(await house.port())
})

afterEach(async () => {
  vi.restoreAllMocks()
  page.socket.removeAllListeners('close')
  page.socket.terminate()
  await vi.waitFor(() => expect(house.sockets.clients.size).toBe(0))
  visit.leave()
  await house.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

const widgets = (id: string): string => JSON.stringify({ id, type: 'widgets', models: ['m'] })

test.each([
  ['states that cannot be asked for', () => failing('known')],
  ['states that cannot be read', () => failing('read')],
])('%s refuse the command; the next ones are answered', async (_name, fail) => {
  fail()
  for (let n = 0; n < MANY; n++)
    expect(await page.answerTo(widgets(`w${n}`))).toEqual({
      type: 'refused',
      id: `w${n}`,
      reason: 'the kernel is gone',
    })
  vi.restoreAllMocks()
  expect(await page.answerTo(widgets('sound'))).toMatchObject({ type: 'reply', id: 'sound' })
})

function failing(method: 'known' | 'read'): void {
  vi.spyOn(visit.session.widgets, method).mockImplementation(() => {
    throw new Error('the kernel is gone')
  })
}

test('a reply that has no JSON is refused', async () => {
  const circular: { models: []; isPartial: boolean; self?: unknown } = { models: [], isPartial: false }
  circular.self = circular
  vi.spyOn(visit.session.widgets, 'read').mockReturnValue(circular)
  expect(await page.answerTo(widgets('w'))).toMatchObject({ type: 'refused', id: 'w' })
})

test('a right that cannot be looked up refuses the command', async () => {
  may = () => {
    throw new Error('no such person')
  }
  expect(await page.answerTo(widgets('w'))).toEqual({ type: 'refused', id: 'w', reason: 'no such person' })
})

test('a command that was performed is answered as such, though taking note of it failed', async () => {
  expect(await page.answerTo(JSON.stringify({ id: 'c', type: 'clear' }))).toEqual({
    type: 'accepted',
    id: 'c',
  })
})

test('commands under one id are each answered', async () => {
  const ids: string[] = []
  page.socket.removeAllListeners('message')
  page.socket.on('message', (data) => {
    const { type, id } = JSON.parse(String(data))
    if (type === 'reply') ids.push(id)
  })
  page.socket.send(widgets('same'))
  page.socket.send(widgets('same'))
  await vi.waitFor(() => expect(ids).toEqual(['same', 'same']))
})
