// @vitest-environment happy-dom
/** Tokens for programs in the account: scopes up to the role, the token shown once, and revoking it by a second press. */
import { Me } from '@yesterday/server/contract/http.ts'
import { ListedToken } from '@yesterday/server/contract/tokens.ts'
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { AllTokens } from '../src/app/people/TokenList.tsx'
import { Tokens } from '../src/app/people/Tokens.tsx'

afterEach(() => vi.unstubAllGlobals())

const me = Me.parse({
  actor: { id: 'ada', name: 'Ada' },
  color: '#2b8a3e',
  isNamed: true,
  hasPassword: true,
  hasPasskey: false,
  provider: null,
  decidesRole: false,
  signOutUrl: null,
  role: 'editor',
  owners: ['Grace'],
  project: 'project',
  version: '0',
})
const lab: ListedToken = ListedToken.parse({
  id: 'a1',
  name: 'lab',
  scope: 'edit',
  created: '2026-01-01T00:00:00.000Z',
  expires: '2027-01-01T00:00:00.000Z',
  lastUsed: null,
  by: { id: 'ada', name: 'Ada' },
})
const SECRET = 'yesterday_secret'

function server(tokens: ListedToken[]) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string, { method = 'GET', body }: RequestInit = {}) => {
    asked.push(`${method} ${path} ${typeof body === 'string' ? body : ''}`.trim())
    if (method === 'POST') {
      tokens.push(lab)
      return Response.json({ token: lab, secret: SECRET }, { status: 201 })
    }
    if (method === 'DELETE') tokens.length = 0
    return Response.json(tokens)
  })
  return asked
}

async function draw(element: React.ReactNode) {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  const place = document.createElement('div')
  document.body.append(place)
  const root = createRoot(place)
  await act(async () => root.render(element))
  const button = (name: RegExp) =>
    [...place.querySelectorAll('button')].find((one) =>
      name.test(one.getAttribute('aria-label') ?? one.textContent ?? ''),
    )
  return { place, button, end: () => act(() => root.unmount()) }
}

/** As a person who types: React reads what the prototype's setter wrote. */
function type(field: Element | null | undefined, value: string): void {
  if (!(field instanceof HTMLInputElement)) throw new Error('There is no such field.')
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, value)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

test('an editor makes a token that may edit at most; it is shown once; two presses revoke it', async () => {
  const asked = server([])
  const { place, button, end } = await draw(<Tokens me={me} />)
  await vi.waitFor(() => expect(place.textContent).toContain('You have no tokens.'))
  const scopes = [...place.querySelectorAll('select')][0]
  expect([...(scopes?.options ?? [])].map(({ value }) => value)).toEqual(['read', 'comment', 'edit'])
  await act(async () => type(place.querySelector('input'), 'my lab'))
  expect(button(/Make a token/)?.disabled).toBe(true)
  expect(place.textContent).toContain('A name has 1 to 40')
  await act(async () => type(place.querySelector('input'), 'lab'))
  await act(async () => button(/Make a token/)?.click())
  expect(asked).toContain('POST /api/me/tokens {"name":"lab","scope":"read","days":30}')
  await vi.waitFor(() => expect(place.textContent).toContain('never used'))
  const shown = [...place.querySelectorAll('input')].map(({ value }) => value)
  expect(shown).toContain(SECRET)
  await act(async () => button(/Revoke the token lab/)?.click())
  expect(asked.some((one) => one.startsWith('DELETE'))).toBe(false)
  await act(async () => button(/Revoke lab now/)?.click())
  expect(asked).toContain('DELETE /api/me/tokens/a1')
  await vi.waitFor(() => expect(place.textContent).toContain('You have no tokens.'))
  await end()
})

test('owners see whose each token is, and which are of the terminal', async () => {
  server([lab, { ...lab, id: 'terminal-ci', name: 'ci', by: null, expires: null }])
  const { place, end } = await draw(<AllTokens />)
  await vi.waitFor(() => expect(place.querySelectorAll('li')).toHaveLength(2))
  expect(place.textContent).toContain('by Ada')
  expect(place.textContent).toMatch(/made in the terminal.*does not expire/)
  await end()
})
