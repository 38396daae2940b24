// @vitest-environment happy-dom
/** The account: name and colour, password, passkeys, devices, and the ways out. */
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Me } from '@yesterday/server/contract/http.ts'
import { PASSWORD_LENGTH } from '@yesterday/server/contract/people.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Answers, FAILURE, PENDING, Refused } from '../gallery/fixture.ts'
import { loadMe } from '../src/api/me-store.ts'
import { Person } from '../src/app/Person.tsx'
import { Account } from '../src/app/people/Account.tsx'
import { t } from '../src/text/text.ts'
import { Notices } from '../src/ui/Notices.tsx'
import { noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()
const assign = vi.fn()
afterEach(() => {
  assign.mockReset()
  Reflect.deleteProperty(window, 'PublicKeyCredential')
})

const meWith = (over: Partial<Me> = {}): Me =>
  Me.parse({
    actor: { id: 'ada', name: 'Ada' },
    color: '#0b7285',
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
    ...over,
  })

async function account(over: Partial<Me> = {}, answers: Answers = {}) {
  vi.spyOn(location, 'assign').mockImplementation(assign)
  const me = meWith(over)
  const drawn = (
    <>
      <Account me={me} />
      <Notices />
    </>
  )
  await enter(undefined, () => drawn, { '/api/me': me, ...answers })
  for (const details of document.querySelectorAll('details')) details.open = true
}
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name })

describe('the password', () => {
  const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label)
  const next = () => field(t('account.newPassword', { n: PASSWORD_LENGTH.min }))

  test('is sent with the present one, and both fields are emptied', async () => {
    const sent: Sent[] = []
    await account({}, { '/api/me/password': noting(sent, meWith()) })
    await user.type(field(t('account.currentPassword')), 'old one')
    await user.type(next(), 'correct horse')
    await user.click(button(t('account.savePassword')))
    expect(await screen.findByText(t('account.passwordSaved'))).toBeTruthy()
    expect(sent).toEqual([['PUT', '/api/me/password', { password: 'correct horse', current: 'old one' }]])
    expect([field(t('account.currentPassword')).value, next().value]).toEqual(['', ''])
  })

  test('a first one needs none before it', async () => {
    const sent: Sent[] = []
    await account({ hasPassword: false }, { '/api/me/password': noting(sent, meWith()) })
    expect(screen.queryByLabelText(t('account.currentPassword'))).toBeNull()
    await user.type(next(), 'correct horse{Enter}')
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]?.[2]).toEqual({ password: 'correct horse' })
  })

  test('a short one is not sent, by no way', async () => {
    const sent: Sent[] = []
    await account({}, { '/api/me/password': noting(sent, meWith()) })
    await user.type(next(), 'short{Enter}')
    expect(button(t('account.savePassword')).disabled).toBe(true)
    expect(sent).toEqual([])
  })

  test('a wrong one is reported, and what was typed stays', async () => {
    await account({}, { '/api/me/password': new Refused(403, 'wrong-password', 'The password is wrong.') })
    await user.type(next(), 'correct horse')
    await user.click(button(t('account.savePassword')))
    expect(await screen.findByText('The password is wrong.')).toBeTruthy()
    expect(next().value).toBe('correct horse')
  })

  test('Enter that ends a word of an input method sends nothing', async () => {
    const sent: Sent[] = []
    await account({}, { '/api/me/password': noting(sent, meWith()) })
    await user.type(next(), 'correct horse')
    next().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true }))
    expect(sent).toEqual([])
  })

  test('who signs in elsewhere has none here', async () => {
    await account({ provider: 'Keycloak', hasPassword: false })
    expect(document.body.textContent).toContain(t('account.providerOnly', { provider: 'Keycloak' }))
    expect(screen.queryByText(t('account.setPassword'))).toBeNull()
  })
})

describe('devices', () => {
  const device = (id: string, over = {}) => ({
    id,
    device: `Firefox ${id}`,
    created: '2026-01-01T00:00:00.000Z',
    lastUsed: '2026-01-01T00:00:00.000Z',
    isThis: false,
    ...over,
  })
  const list = () => within(screen.getByText(t('account.devices')).closest('details') ?? document.body)

  test('each but this one can be signed out', async () => {
    const sent: Sent[] = []
    const all = [device('1', { isThis: true }), device('2'), device('3', { device: '' })]
    await account(
      {},
      {
        '/api/me/sessions': noting(sent, (_: unknown, method: string) =>
          method === 'GET' ? all : all.slice(0, 1),
        ),
      },
    )
    expect(await list().findAllByRole('listitem')).toHaveLength(3)
    expect(document.body.textContent).toContain(t('account.unknownDevice'))
    expect(
      list().queryByRole('button', { name: t('account.signOutDevice', { name: 'Firefox 1' }) }),
    ).toBeNull()
    await user.click(list().getByRole('button', { name: t('account.signOutDevice', { name: 'Firefox 2' }) }))
    expect(await list().findAllByRole('listitem')).toHaveLength(1)
    expect(sent.at(-1)?.slice(0, 2)).toEqual(['DELETE', '/api/me/sessions/2'])
  })

  test('a failure can be tried again', async () => {
    let isBroken = true
    await account({}, { '/api/me/sessions': () => (isBroken ? FAILURE : [device('1')]) })
    const alert = await list().findByRole('alert')
    isBroken = false
    await user.click(within(alert).getByRole('button'))
    expect(await list().findAllByRole('listitem')).toHaveLength(1)
  })
})

describe('passkeys', () => {
  const passkey = (name: string, over = {}) => ({
    id: name,
    name,
    host: location.hostname,
    created: '2026-01-01T00:00:00.000Z',
    lastUsed: null,
    ...over,
  })

  test('say whether they were used, and for which host they are', async () => {
    await account({}, { '/api/me/passkeys': [passkey('laptop'), passkey('key', { host: 'lab.example' })] })
    const list = await screen.findByRole('list', { name: t('account.passkeys') })
    expect(list.textContent).toContain(t('account.passkeyUnused'))
    expect(list.textContent).toContain(t('account.passkeyHost', { host: 'lab.example' }))
    expect(list.textContent).not.toContain(t('account.passkeyHost', { host: location.hostname }))
  })

  test('one is removed by a second press; leaving the button asks again', async () => {
    const sent: Sent[] = []
    await account(
      {},
      {
        '/api/me/passkeys': noting(sent, (_: unknown, method: string) =>
          method === 'GET' ? [passkey('laptop')] : [],
        ),
      },
    )
    const first = t('account.removePasskey', { name: 'laptop' })
    await user.click(await screen.findByRole('button', { name: first }))
    await user.tab()
    await user.click(button(first))
    expect(sent.filter(([method]) => method === 'DELETE')).toEqual([])
    await user.click(button(t('account.removePasskeySure', { name: 'laptop' })))
    expect(await screen.findByText(t('account.noPasskeys'))).toBeTruthy()
    expect(sent.filter(([method]) => method === 'DELETE').map(([, url]) => url)).toEqual([
      '/api/me/passkeys/laptop',
    ])
  })

  test('the last way in is not removed, with the reason', async () => {
    const why = new Refused(409, 'last-way-in', 'It is your only way in.')
    await account(
      {},
      {
        '/api/me/passkeys': (_: string, __: unknown, method: string) =>
          method === 'GET' ? [passkey('laptop')] : why,
      },
    )
    await user.click(
      await screen.findByRole('button', { name: t('account.removePasskey', { name: 'laptop' }) }),
    )
    await user.click(button(t('account.removePasskeySure', { name: 'laptop' })))
    expect(await screen.findByText('It is your only way in.')).toBeTruthy()
    expect(button(t('account.removePasskey', { name: 'laptop' }))).toBeTruthy()
  })

  test('a browser that knows none says so', async () => {
    await account({}, { '/api/me/passkeys': [] })
    expect(await screen.findByText(t('account.passkeysNone'))).toBeTruthy()
    expect(screen.queryByLabelText(t('account.passkeyName'))).toBeNull()
  })

  test('one without a name is not made; a refusal before the browser is asked is shown', async () => {
    Object.assign(window, { PublicKeyCredential: class {} })
    const sent: Sent[] = []
    await account(
      {},
      {
        '/api/me/passkeys': [],
        '/api/me/passkeys/options': noting(
          sent,
          new Refused(403, 'wrong-password', 'The password is wrong.'),
        ),
      },
    )
    const name = await screen.findByLabelText(t('account.passkeyName'))
    await user.type(name, '  {Enter}')
    expect(sent).toEqual([])
    await user.type(name, 'laptop{Enter}')
    expect(await screen.findByText('The password is wrong.')).toBeTruthy()
    expect(sent.map(([, , body]) => body)).toEqual([{ current: '' }])
  })
})

describe('the ways out', () => {
  test.each([
    ['signOut', 'POST', '/api/sign-out'],
    ['signOutEverywhere', 'POST', '/api/me/sign-out-everywhere'],
  ] as const)('%s', async (name, method, url) => {
    const sent: Sent[] = []
    await account({}, { [url]: noting(sent, null) })
    const foot = within(document.querySelector<HTMLElement>('.account-leave') ?? document.body)
    await user.click(foot.getByRole('button', { name: t(`account.${name}`) }))
    await waitFor(() => expect(assign).toHaveBeenCalledWith('/'))
    expect(sent).toEqual([[method, url, null]])
  })

  test('signing out leads to the provider where there is one', async () => {
    await account({ provider: 'Hub', signOutUrl: 'https://hub.example/logout' }, { '/api/sign-out': null })
    const foot = within(document.querySelector<HTMLElement>('.account-leave') ?? document.body)
    await user.click(foot.getByRole('button', { name: t('account.signOut') }))
    await waitFor(() => expect(assign).toHaveBeenCalledWith('https://hub.example/logout'))
  })

  test('a failure leads nowhere', async () => {
    await account({}, { '/api/sign-out': FAILURE })
    const foot = within(document.querySelector<HTMLElement>('.account-leave') ?? document.body)
    await user.click(foot.getByRole('button', { name: t('account.signOut') }))
    expect(await screen.findByText(FAILURE.message)).toBeTruthy()
    expect(assign).not.toHaveBeenCalled()
  })

  test('the project is left by a second press', async () => {
    const sent: Sent[] = []
    await account({}, { '/api/me/membership': noting(sent, null) })
    await user.click(button(t('account.leave')))
    expect(sent).toEqual([])
    expect(document.body.textContent).toContain(t('account.leaveHint'))
    await user.click(button(t('account.leaveSure')))
    await waitFor(() => expect(sent).toEqual([['DELETE', '/api/me/membership', null]]))
  })

  test('a guest reads that there is no way back', async () => {
    await account({ hasPassword: false })
    expect(document.body.textContent).toContain(t('account.guest'))
  })
})

describe('name and colour', () => {
  const open = async (answer: unknown) => {
    const sent: Sent[] = []
    const me = meWith({ isNamed: false })
    await enter(undefined, () => <Person me={me} />, { '/api/me': noting(sent, answer), '/api/me/': [] })
    await user.click(button(t('person.unnamed', { name: 'Ada' })))
    return { sent, dialog: await screen.findByRole('dialog', { name: t('person.title') }) }
  }

  test('are saved together, the name without spaces around it', async () => {
    const { sent, dialog } = await open(meWith())
    const name = within(dialog).getByLabelText(t('person.name'))
    await user.clear(name)
    await user.type(name, ' Ada L ')
    const color = within(dialog).getByLabelText<HTMLInputElement>(t('person.colorNumber', { n: 3 }))
    await user.click(color)
    await user.click(within(dialog).getByRole('button', { name: t('person.save') }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(sent.filter(([method]) => method === 'PUT').map(([, , body]) => body)).toEqual([
      { name: 'Ada L', color: expect.stringMatching(/^#/) },
    ])
  })

  test('a name of spaces is not sent, and a refusal keeps the dialog', async () => {
    const { sent, dialog } = await open((_: unknown, method: string) =>
      method === 'GET' ? meWith() : FAILURE,
    )
    const name = within(dialog).getByLabelText(t('person.name'))
    await user.clear(name)
    await user.type(name, '   ')
    await user.click(within(dialog).getByRole('button', { name: t('person.save') }))
    expect(sent.filter(([method]) => method === 'PUT')).toEqual([])
    await user.type(name, 'Bo')
    await user.click(within(dialog).getByRole('button', { name: t('person.save') }))
    expect((await within(dialog).findByRole('alert')).textContent).toContain(FAILURE.message)
  })
})

test('who the person is survives an answer that never comes', async () => {
  await enter(undefined, () => <Person me={meWith()} />, { '/api/me': PENDING })
  void loadMe()
  expect(button(t('person.you', { name: 'Ada' }))).toBeTruthy()
})
