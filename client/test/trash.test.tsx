// @vitest-environment happy-dom
/** The trash: what is shown of it, what owners alone may do, and what is said when another person was faster. */

import type { Me } from '@yesterday/server/contract/http.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadMe } from '../src/api/me-store.ts'
import { TrashDialog } from '../src/files/TrashDialog.tsx'
import { t } from '../src/text/text.ts'
import { dismissAll } from '../src/ui/notices.ts'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const item = {
  item: '2026-01-02T00-00-00.000Z-abcdef',
  path: 'data/x.csv',
  type: 'file',
  at: '2026-01-02T00:00:00.000Z',
}
const folder = { ...item, item: '2026-01-01T00-00-00.000Z-abcdef', path: 'old', type: 'folder' }
let root: Root
let inTrash: object[]
let role: Me['role'] = 'editor'
const meNow = (): Me => ({
  ...{
    actor: { id: 'ada', name: 'Ada' },
    color: '#2b8a3e',
    isNamed: true,
    hasPassword: false,
    hasPasskey: false,
  },
  ...{
    provider: null,
    decidesRole: false,
    signOutUrl: null,
    role,
    owners: ['Ada'],
    project: 'p',
    version: '0',
  },
})
const asked = vi.fn()

function reply(status: number, body: unknown): Response {
  return new Response(body === null ? null : JSON.stringify(body), { status })
}

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal ??= () => undefined
  inTrash = [item, folder]
  asked.mockReset()
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    const { method = 'GET', body } = init
    asked(method, url, body)
    if (url.startsWith('/api/me')) return reply(200, meNow())
    if (url.startsWith('/api/files')) return reply(200, [])
    if (method === 'GET') return reply(200, inTrash)
    inTrash = inTrash.slice(1)
    if (method === 'DELETE') return reply(204, null)
    const entry = {
      name: 'x.csv',
      path: 'data/x.csv',
      type: 'file',
      size: 1,
      modified: item.at,
      writable: true,
    }
    return reply(201, entry)
  })
  root = createRoot(document.body.appendChild(document.createElement('div')))
})
afterEach(async () => {
  await act(async () => root.unmount())
  document.body.replaceChildren()
  dismissAll()
  vi.unstubAllGlobals()
})

const open = (as: Me['role']) =>
  act(async () => {
    role = as
    await loadMe()
    root.render(<TrashDialog onClose={() => undefined} />)
  })
const button = (name: string) =>
  [...document.querySelectorAll('button')].find(
    (one) => (one.getAttribute('aria-label') ?? one.textContent) === name,
  )
const press = (name: string) => act(async () => (button(name) ?? expect.fail(`no button ${name}`)).click())

test('an editor puts back what was deleted; the list is read again', async () => {
  await open('editor')
  expect(document.body.textContent).toContain('x.csv')
  expect(document.body.textContent).toContain('old/')
  expect(button(t('trash.removeName', { name: 'x.csv' }))).toBeUndefined()
  await press(t('trash.putBackName', { name: 'x.csv' }))
  expect(asked).toHaveBeenCalledWith(
    'POST',
    `/api/trash/${item.item}`,
    JSON.stringify({ path: 'data/x.csv' }),
  )
  expect(document.body.textContent).not.toContain('x.csv')
})

test('an owner is asked before something is deleted for good', async () => {
  await open('owner')
  await press(t('trash.removeName', { name: 'x.csv' }))
  expect(document.body.textContent).toContain(t('trash.sure'))
  expect(asked.mock.calls.some(([method]) => method === 'DELETE')).toBe(false)
  await press(t('trash.remove'))
  expect(asked).toHaveBeenCalledWith('DELETE', `/api/trash/${item.item}`, undefined)
  inTrash = []
  await act(async () => root.unmount())
  root = createRoot(document.body.appendChild(document.createElement('div')))
  await open('owner')
  expect(document.body.textContent).toContain(t('trash.empty'))
})

test('a list that cannot be read says so, and can be asked for again', async () => {
  vi.stubGlobal('fetch', async () => reply(500, { error: { code: 'x', message: 'The disk is gone.' } }))
  await open('editor')
  expect(document.body.textContent).toContain('The disk is gone.')
})
