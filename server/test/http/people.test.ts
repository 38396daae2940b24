/** People: a name of their own, in this browser's cookie and on sockets that are open already. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Me } from '../../contract/http.ts'
import { projectApi } from '../../contract/project-api.ts'
import { meRoutes } from '../../src/http/routes/me.ts'
import { People, type Person } from '../../src/people/people.ts'
import { callRoute } from './call-route.ts'

const folder = mkdtempSync(join(tmpdir(), 'yesterday-people-'))
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

const people = new People(folder)
const routes = meRoutes(people, { name: 'project', version: '0' })
async function ask(person: Person, method: 'get' | 'put', body: unknown = undefined): Promise<unknown> {
  const spec = method === 'get' ? projectApi.me : projectApi.changeMe
  const reply = await callRoute(routes, spec, { person, body })
  return reply.kind === 'json' ? reply.body : reply
}

test('a new person is named after the user of the machine until they choose; then that is remembered', async () => {
  const { person: ada, cookie } = people.admit('root')
  expect(Me.parse(await ask(ada, 'get'))).toMatchObject({ actor: { name: 'root' }, isNamed: false })
  const followed = people.follow(ada)
  const changed = Me.parse(await ask(ada, 'put', { name: ' Ada ', color: '#2b8a3e' }))
  expect(changed).toMatchObject({ actor: { id: ada.id, name: 'Ada' }, color: '#2b8a3e', isNamed: true })
  expect([followed.id, followed.name, followed.color]).toEqual([ada.id, 'Ada', '#2b8a3e'])
  const again = new People(folder)
  expect(again.recognise(cookie)).toMatchObject({ person: { name: 'Ada' }, role: 'owner' })
  expect(again.isNamed(ada.id)).toBe(true)
})

test('sign-ins end after ninety days; of too many, the oldest without a name leave', async () => {
  const own = mkdtempSync(join(folder, 'many-'))
  let now = new Date('2026-01-01')
  const many = new People(own, () => now, 10)
  const named = many.admit('root')
  many.rename(named.person.id, { name: 'Ada' })
  const guests = Array.from({ length: 11 }, () => many.admit('root'))
  many.admit('root')
  const known = [named, ...guests].filter(({ cookie }) => many.recognise(cookie) !== null)
  expect(known).toEqual([named, ...guests.slice(2)])
  now = new Date('2026-04-02')
  const last = many.admit('root')
  const file = JSON.parse(readFileSync(join(own, 'people.json'), 'utf8'))
  expect(file.people).toMatchObject([{ id: last.person.id }])
})

test('a colour alone is no name; an empty name is refused', async () => {
  const { person: bob } = people.admit('root')
  expect(Me.parse(await ask(bob, 'put', { color: '#c2255c' }))).toMatchObject({ isNamed: false })
  expect(await ask(bob, 'put', { name: '  ' })).toMatchObject({ refusal: { status: 400 } })
})
