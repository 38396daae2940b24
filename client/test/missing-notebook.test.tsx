// @vitest-environment happy-dom
/** An address that leads to no notebook, or to one that the person may not see: a calm page, the same for both. */
import type { Me } from '@yesterday/server/contract/http.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadMe } from '../src/api/me-store.ts'
import { MissingNotebook } from '../src/notebook/MissingNotebook.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const me: Me = {
  actor: { id: 'grace', name: 'Grace' },
  color: '#112233',
  ...{
    isNamed: true,
    hasPassword: true,
    hasPasskey: false,
    provider: null,
    decidesRole: false,
    signOutUrl: null,
  },
  ...{ role: 'viewer', owners: ['Ada', 'Bob'], project: 'p', version: '1' },
}
const onRetry = vi.fn()
let place: HTMLElement
let root: Root

async function show(role: Me['role']): Promise<void> {
  vi.stubGlobal('fetch', async () => Response.json({ ...me, role }))
  await act(async () => {
    await loadMe()
    root.render(<MissingNotebook path="secret/<b>.ipynb" onRetry={onRetry} />)
  })
}

beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
})
afterEach(async () => {
  await act(async () => root.unmount())
  place.remove()
  vi.unstubAllGlobals()
})

test('a member reads that it is not here or not for them, whom to ask, and how to go on', async () => {
  await show('viewer')
  expect(place.querySelector('h1')?.textContent).toBe('There is no notebook here')
  expect(place.textContent).toContain('“secret/<b>.ipynb” is not in this project, or you may not see it.')
  expect(place.textContent).toContain('Ask for access: Ada, Bob.')
  const buttons = [...place.querySelectorAll('button')]
  expect(buttons.map(({ textContent }) => textContent)).toEqual(['Home', 'Try again'])
  await act(async () => buttons[1]?.click())
  expect(onRetry).toHaveBeenCalledOnce()
})

test('an owner, from whom nothing is hidden, is not sent to an owner', async () => {
  await show('owner')
  expect(place.textContent).toContain('It may have been renamed, moved or deleted.')
  expect(place.textContent).not.toContain('Ask for access')
})
