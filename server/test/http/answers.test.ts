/** The answers of the whole server, in a project with one notebook and no kernel, are what the contract says. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { routes } from '../../contract/routes.ts'
import { target } from '../fuzz/http-requests.ts'
import type { Opened } from '../fuzz/target.ts'

let house: Opened
beforeAll(async () => {
  house = await target.open()
})
afterAll(() => house.close())

/** What makes a request acceptable to the routes that require something. */
const QUERY: Readonly<Record<string, string>> = {
  '/api/export/*path': '?format=ipynb',
  '/api/past/history': '?name=x',
  '/api/past/notebook': '?notebook=a.ipynb',
}
const BODY: Readonly<Record<string, object>> = {
  '/api/files': { type: 'newNotebook', folder: '' },
  '/api/notebooks/open': { path: 'a.ipynb' },
  '/api/past/checkpoints': { notebook: 'a.ipynb', name: 'first' },
  '/api/me': { name: 'Ada' },
}
/** A wrong answer makes `feed` throw. */
const accepted: string[] = []

test.each(routes.map(({ method, path }) => [method.toUpperCase(), path]))('%s %s', async (method, path) => {
  const filled = path.replace(/\/\{\*path\}/, '').replace('*path', 'a.ipynb')
  const body = method === 'GET' ? '' : JSON.stringify(BODY[path] ?? {})
  const verdict = await house.feed(Buffer.from(`${method} ${filled}${QUERY[path] ?? ''}\n${body}`))
  if (verdict === 'accepted') accepted.push(`${method} ${path}`)
})

test('most routes without an id in their path had something to answer', () => {
  expect(accepted.length).toBeGreaterThan(17)
})
