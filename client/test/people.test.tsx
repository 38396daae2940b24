// @vitest-environment happy-dom
/** Sharing: members, invitations, roles at a place and the audit log, as answers of the server make them. */
import type { AuditEntry } from '@yesterday/server/contract/audit.ts'
import type { AccessHere } from '@yesterday/server/contract/grants.ts'
import type { ListedInvitation, Member } from '@yesterday/server/contract/people.ts'
import { act, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AccessList } from '../src/app/people/AccessList.tsx'
import { AuditLog } from '../src/app/people/AuditLog.tsx'
import { Invitations } from '../src/app/people/Invitations.tsx'
import { Invite } from '../src/app/people/Invite.tsx'
import { Members } from '../src/app/people/Members.tsx'
import { t } from '../src/text/text.ts'
import { Notices } from '../src/ui/Notices.tsx'
import { dismissAll } from '../src/ui/notices.ts'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const NOW = '2026-01-01T00:00:00.000Z'
const asked = vi.fn<(url: string, init?: RequestInit) => Promise<Response>>()
const answer = (body: unknown, status = 200) => asked.mockResolvedValueOnce(Response.json(body, { status }))
const refusal = {
  error: { code: 'lastOwner', message: 'A project has an owner.', hint: 'Make another one.' },
}

let place: HTMLElement
let root: Root
beforeEach(() => {
  vi.stubGlobal('fetch', asked)
  HTMLDialogElement.prototype.showModal ??= () => undefined
  HTMLDialogElement.prototype.close ??= () => undefined
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
})
afterEach(() => {
  act(() => root.unmount())
  place.remove()
  asked.mockReset()
  vi.unstubAllGlobals()
})

const draw = (node: ReactNode): Promise<void> => act(async () => root.render(node))
const button = (words: string): HTMLButtonElement =>
  [...document.querySelectorAll('button')].find(
    (one) => one.getAttribute('aria-label') === words || one.textContent === words,
  ) ?? expect.fail(`no button "${words}"`)
const press = (words: string): Promise<void> => act(async () => button(words).click())
const choose = (label: string, value: string): Promise<void> =>
  act(async () => {
    const field =
      [...place.querySelectorAll('select')].find(
        (one) =>
          one.getAttribute('aria-label') === label || one.closest('label')?.textContent?.startsWith(label),
      ) ?? expect.fail(`no choice "${label}"`)
    field.value = value
    field.dispatchEvent(new Event('change', { bubbles: true }))
  })
const sent = (): readonly (readonly [string | undefined, string, unknown])[] =>
  asked.mock.calls.map(([url, init]) => [
    init?.method,
    new URL(url, 'http://localhost').pathname,
    typeof init?.body === 'string' ? JSON.parse(init.body) : null,
  ])

describe('members', () => {
  const member = (name: string, over: Partial<Member> = {}): Member => ({
    id: `user:${name}`,
    name,
    color: '#123456',
    role: 'editor',
    isGuest: false,
    provider: null,
    isManaged: false,
    since: NOW,
    lastUsed: null,
    ...over,
  })
  const onChanged = vi.fn()
  const show = (...members: Member[]) => draw(<Members members={members} onChanged={onChanged} />)
  afterEach(() => onChanged.mockReset())

  test('each has a role to choose; one whom a provider manages has its words', async () => {
    await show(member('Ada'), member('Eve', { isManaged: true, role: 'runner', provider: 'Keycloak' }))
    expect(place.querySelectorAll('select')).toHaveLength(1)
    expect(place.textContent).toContain(t('share.provider', { provider: 'Keycloak' }))
    expect(place.textContent).toContain(t('role.runner'))
  })

  test('another role is sent, and the list is asked for again', async () => {
    await show(member('Ada'))
    answer(member('Ada', { role: 'viewer' }))
    await choose(t('share.roleOf', { name: 'Ada' }), 'viewer')
    expect(sent()).toEqual([['PATCH', '/api/people/members/user%3AAda', { role: 'viewer' }]])
    expect(onChanged).toHaveBeenCalledOnce()
  })

  test('a member is removed by a second press alone', async () => {
    await show(member('Ada'))
    await press(t('share.removeName', { name: 'Ada' }))
    expect(asked).not.toHaveBeenCalled()
    answer({ members: [], invitations: [] })
    await press(t('share.removeSure', { name: 'Ada' }))
    expect(sent()).toEqual([['DELETE', '/api/people/members/user%3AAda', null]])
  })

  test('a refusal is a notice, and nothing is asked twice', async () => {
    await draw(
      <>
        <Members members={[member('Ada')]} onChanged={onChanged} />
        <Notices />
      </>,
    )
    answer(refusal, 409)
    await choose(t('share.roleOf', { name: 'Ada' }), 'owner')
    expect(place.textContent).toContain('A project has an owner.')
    act(dismissAll)
    expect(onChanged).toHaveBeenCalledOnce()
  })
})

describe('an invitation', () => {
  const onMade = vi.fn()
  afterEach(() => onMade.mockReset())

  test('is made with what was chosen, and its link is shown once', async () => {
    await draw(<Invite place={null} onMade={onMade} />)
    await choose(t('share.role'), 'runner')
    expect(place.textContent).toContain(t('share.shell'))
    await choose(t('share.expires'), '30')
    await choose(t('share.uses'), '20')
    const invitation = { id: 'i', role: 'runner', created: NOW, expires: NOW, usesLeft: 20, by: 'Ada' }
    answer({ invitation, path: '/join?i=secret' })
    await press(t('share.make'))
    expect(sent()).toEqual([['POST', '/api/people/invitations', { role: 'runner', days: 30, uses: 20 }]])
    expect(place.innerHTML).toContain('/join?i=secret')
    expect(onMade).toHaveBeenCalledOnce()
  })

  test('for a folder has no owners, and says that it is for there', async () => {
    await draw(<Invite place={{ kind: 'folder', path: 'data' }} onMade={onMade} />)
    expect([...place.querySelectorAll('option')].map(({ value }) => value)).not.toContain('owner')
    expect(place.textContent).toContain(t('share.onlyHere'))
    answer(refusal, 403)
    await press(t('share.make'))
    expect(sent()[0]?.[2]).toMatchObject({ on: { kind: 'folder', path: 'data' } })
    expect(place.textContent).toContain('Make another one.')
    expect(onMade).not.toHaveBeenCalled()
  })

  test('is listed with its place, and revoked', async () => {
    const listed: ListedInvitation = {
      id: 'i/1',
      role: 'viewer',
      created: NOW,
      expires: NOW,
      usesLeft: 3,
      by: 'Ada',
      place: { kind: 'notebook', path: 'a.ipynb', role: 'commenter' },
    }
    const onChanged = vi.fn()
    await draw(<Invitations invitations={[listed]} onChanged={onChanged} />)
    expect(place.textContent).toContain(t('share.notebook', { name: 'a.ipynb' }))
    answer({ members: [], invitations: [] })
    await press(t('share.revokeRole', { role: t('role.commenter') }))
    expect(sent()).toEqual([['DELETE', '/api/people/invitations/i%2F1', null]])
    expect(onChanged).toHaveBeenCalledWith({ ok: true, value: { members: [], invitations: [] } })
  })
})

describe('roles at a place', () => {
  const here: AccessHere = {
    place: { kind: 'folder', path: 'data' },
    people: [
      {
        person: 'user:o',
        name: 'Olga',
        color: '#111',
        role: 'owner',
        from: { kind: 'project', path: '' },
        isHere: false,
      },
      {
        person: 'user:a',
        name: 'Ada',
        color: '#222',
        role: 'editor',
        from: { kind: 'folder', path: 'data' },
        isHere: true,
      },
      {
        person: 'user:b',
        name: 'Bo',
        color: '#333',
        role: 'viewer',
        from: { kind: 'project', path: '' },
        isHere: false,
      },
    ],
  }

  test('say why they are so; an owner has no other', async () => {
    answer(here)
    await draw(<AccessList place={{ kind: 'folder', path: 'data' }} />)
    for (const words of [t('share.fromOwner'), t('share.fromHere'), t('share.fromProject')])
      expect(place.textContent).toContain(words)
    expect(place.querySelectorAll('select')).toHaveLength(2)
  })

  test('another is sent; a refusal leaves what was', async () => {
    answer(here)
    await draw(<AccessList place={{ kind: 'folder', path: 'data' }} />)
    answer(refusal, 409)
    await choose(t('share.roleOf', { name: 'Bo' }), 'none')
    expect(sent().at(-1)).toEqual([
      'PUT',
      '/api/access',
      { person: 'user:b', place: { kind: 'folder', path: 'data' }, role: 'none' },
    ])
    expect(place.querySelectorAll('li')).toHaveLength(3)
    answer({ ...here, people: here.people.slice(0, 2) })
    await choose(t('share.roleOf', { name: 'Ada' }), 'inherit')
    expect(sent().at(-1)?.[2]).toMatchObject({ person: 'user:a', role: 'inherit' })
    expect(place.querySelectorAll('li')).toHaveLength(2)
  })

  test('a failure can be tried again', async () => {
    answer(refusal, 500)
    await draw(<AccessList place={{ kind: 'notebook', path: 'a.ipynb' }} />)
    expect(place.textContent).toContain('A project has an owner.')
    answer(here)
    await press(t('app.retry'))
    expect(place.querySelectorAll('li')).toHaveLength(3)
  })
})

describe('the audit log', () => {
  const entry = (action: AuditEntry['action'], over: Partial<AuditEntry> = {}): AuditEntry => ({
    at: NOW,
    action,
    by: { id: 'user:ada', name: 'Ada' },
    address: null,
    about: {},
    ...over,
  })

  test('shows who did what, and goes on until there is nothing older', async () => {
    const failed = entry('sign-in-failed', { by: null, address: '10.0.0.7' })
    answer([entry('role-changed', { about: { person: 'Bo', role: 'viewer', personId: 'user:b' } }), failed])
    await draw(<AuditLog onClose={() => undefined} />)
    expect(document.body.textContent).toContain('person: Bo, role: viewer')
    expect(document.body.textContent).not.toContain('user:b')
    expect(document.body.textContent).toContain('10.0.0.7')
    answer([])
    await press(t('audit.more'))
    expect(asked.mock.calls.at(-1)?.[0]).toContain(`before=${encodeURIComponent(NOW)}`)
    expect([...document.querySelectorAll('button')].map(({ textContent }) => textContent)).not.toContain(
      t('audit.more'),
    )
  })

  test('says that it is empty', async () => {
    answer([])
    await draw(<AuditLog onClose={() => undefined} />)
    expect(document.body.textContent).toContain(t('audit.none'))
  })
})
