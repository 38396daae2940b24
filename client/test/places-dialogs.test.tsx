// @vitest-environment happy-dom
/** Dialogs about the person's own places: Jupyter servers, and what reaches the person outside of the page. */
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { SavedServer } from '@yesterday/server/contract/jupyter-servers.ts'
import type { NotificationState } from '@yesterday/server/contract/notifications.ts'
import { afterEach, describe, expect, test } from 'vitest'
import { FAILURE, PENDING } from '../gallery/fixture.ts'
import { NotificationDialog } from '../src/notebook/notify/NotificationDialog.tsx'
import {
  hideNotificationSettings,
  showNotificationSettings,
} from '../src/notebook/notify/notification-store.ts'
import { ServersDialog } from '../src/notebook/servers/ServersDialog.tsx'
import { hideServers, showServers } from '../src/notebook/servers/servers-store.ts'
import { t } from '../src/text/text.ts'
import { Notices } from '../src/ui/Notices.tsx'
import { noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()
afterEach(() => {
  hideServers()
  hideNotificationSettings()
})
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name })

describe('Jupyter servers', () => {
  const LAB: SavedServer = {
    ...{
      id: 'lab',
      title: 'The lab',
      url: 'https://lab.example/',
      hasToken: true,
      hasCa: false,
      timeoutMs: 15_000,
    },
  }
  const dialog = async (answer: (method: string, url: string) => unknown = () => ({ servers: [LAB] })) => {
    const sent: Sent[] = []
    await enter(undefined, () => <ServersDialog />, {
      '/api/jupyter-servers': noting(sent, (_: unknown, method: string, url: string) => answer(method, url)),
    })
    showServers()
    await screen.findByRole('dialog', { name: t('servers.title') })
    const changes = () => sent.filter(([method]) => method !== 'GET')
    return { changes }
  }
  const field = (label: 'url' | 'token' | 'id' | 'label') =>
    screen.getByLabelText<HTMLInputElement>(t(`servers.${label}`))
  const said = () => document.querySelector('.servers-said')?.textContent

  test('without a name nothing can be tested or saved', async () => {
    await dialog()
    await user.type(field('url'), 'https://a.example/')
    expect([button(t('servers.test')).disabled, button(t('servers.save')).disabled]).toEqual([true, true])
  })

  test('a new one is sent without what was not entered, and the fields are emptied', async () => {
    const { changes } = await dialog()
    await user.type(field('url'), ' https://new.example/ ')
    await user.type(field('id'), 'new')
    await user.click(button(t('servers.save')))
    await waitFor(() => expect(said()).toBe(t('servers.saved', { title: 'new' })))
    expect(changes()).toEqual([
      ['PUT', '/api/jupyter-servers/new', { title: 'new', url: 'https://new.example/', timeoutMs: 10_000 }],
    ])
    expect(field('id').value).toBe('')
  })

  test('one that is changed keeps its token unless another is entered', async () => {
    const { changes } = await dialog()
    await user.click(await screen.findByRole('button', { name: t('servers.edit', { title: 'The lab' }) }))
    expect([field('token').value, field('token').placeholder]).toEqual(['', t('servers.tokenKept')])
    await user.click(button(t('servers.save')))
    await waitFor(() => expect(changes()).toHaveLength(1))
    expect(changes()[0]?.[2]).toEqual({ title: 'The lab', url: LAB.url, timeoutMs: 15_000 })
    await user.click(button(t('servers.edit', { title: 'The lab' })))
    await user.type(field('token'), 'secret')
    expect(field('token').type).toBe('password')
    await user.click(button(t('servers.save')))
    await waitFor(() => expect(changes()[1]?.[2]).toMatchObject({ token: 'secret' }))
  })

  test('a test says what it offers, or why it does not work, and saves nothing', async () => {
    const answers = [
      { kernels: ['Python 3', 'R'], problem: null },
      { kernels: [], problem: null },
      { kernels: [], problem: 'No route.' },
    ]
    const { changes } = await dialog((_, url) =>
      url.endsWith('/test') ? answers.shift() : { servers: [LAB] },
    )
    await user.type(field('id'), 'new')
    for (const expected of [t('servers.works', { kernels: 'Python 3, R' }), t('servers.none'), 'No route.']) {
      await user.click(button(t('servers.test')))
      await waitFor(() => expect(said()).toBe(expected))
    }
    expect(changes().map(([method, url]) => `${method} ${url}`)).toEqual(
      Array(3).fill('POST /api/jupyter-servers/new/test'),
    )
    expect(field('id').value).toBe('new')
  })

  test('a refusal is said, and what was entered stays', async () => {
    await dialog((method) => (method === 'GET' ? { servers: [LAB] } : FAILURE))
    await user.type(field('id'), 'new')
    await user.click(button(t('servers.save')))
    await waitFor(() => expect(said()).toContain(FAILURE.message))
    expect([
      field('id').value,
      document.querySelector('.servers-said')?.getAttribute('data-problem'),
    ]).toEqual(['new', 'true'])
  })

  test('one is removed', async () => {
    const { changes } = await dialog((method) => ({ servers: method === 'DELETE' ? [] : [LAB] }))
    await user.click(await screen.findByRole('button', { name: t('servers.remove', { title: 'The lab' }) }))
    expect(await screen.findByText(t('servers.empty'))).toBeTruthy()
    expect(changes().map(([method, url]) => `${method} ${url}`)).toEqual(['DELETE /api/jupyter-servers/lab'])
  })
})

describe('notifications outside of the page', () => {
  const state = (over: Partial<NotificationState> = {}): NotificationState => ({
    settings: { kinds: [], email: null, webhook: null, language: 'en' },
    offers: { email: true, webhook: true },
    ...{ secret: null, problem: null, lost: null },
    ...over,
  })
  const dialog = async (answer: unknown) => {
    const sent: Sent[] = []
    const drawn = (
      <>
        <NotificationDialog />
        <Notices />
      </>
    )
    await enter(undefined, () => drawn, { '/api/me/notifications': noting(sent, answer) })
    showNotificationSettings()
    await screen.findByRole('dialog', { name: t('notify.title') })
    return () => sent.filter(([method]) => method === 'PUT').map(([, , body]) => body)
  }
  const save = () => user.click(button(t('notify.save')))

  test('is loading, and a failure can be tried again', async () => {
    let isBroken = true
    await dialog(() => (isBroken ? FAILURE : state()))
    expect(await screen.findByText(FAILURE.message)).toBeTruthy()
    isBroken = false
    await user.click(button(t('app.retry')))
    expect(await screen.findByLabelText(t('notify.email'))).toBeTruthy()
  })

  test('an answer that does not come is loading', async () => {
    await dialog(PENDING)
    expect(screen.getByText(t('app.loading'))).toBeTruthy()
  })

  test('a server that offers none says so, without a form', async () => {
    await dialog(state({ offers: { email: false, webhook: false } }))
    expect(await screen.findByText(t('notify.off'))).toBeTruthy()
    expect(screen.queryByRole('button', { name: t('notify.save') })).toBeNull()
  })

  test('only what is offered has a field', async () => {
    await dialog(state({ offers: { email: true, webhook: false } }))
    expect(await screen.findByLabelText(t('notify.email'))).toBeTruthy()
    expect(screen.queryByLabelText(t('notify.webhook'))).toBeNull()
  })

  test('kinds and addresses are sent, an emptied address as none', async () => {
    const was = state({ settings: { kinds: [], email: 'old@a.example', webhook: null, language: 'en' } })
    const sent = await dialog(was)
    const email = await screen.findByLabelText(t('notify.email'))
    await user.clear(email)
    const [first] = screen.getAllByRole<HTMLInputElement>('checkbox')
    await user.click(first ?? document.body)
    await save()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(sent()).toEqual([
      expect.objectContaining({ email: null, webhook: null, kinds: [expect.any(String)] }),
    ])
    expect(await screen.findByText(t('notify.saved'))).toBeTruthy()
  })

  test('the secret of a new webhook is shown before the dialog closes', async () => {
    const sent = await dialog((body: unknown, method: string) =>
      method === 'GET' ? state() : state({ settings: Object(body), secret: 'whsec_1' }),
    )
    await user.type(await screen.findByLabelText(t('notify.webhook')), 'https://a.example/hook')
    await save()
    expect(await screen.findByText('whsec_1')).toBeTruthy()
    expect(sent()).toHaveLength(1)
    await save()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  test('a refusal keeps the form and what was entered', async () => {
    await dialog((_: unknown, method: string) => (method === 'GET' ? state() : FAILURE))
    const email = await screen.findByLabelText<HTMLInputElement>(t('notify.email'))
    await user.type(email, 'ada@a.example')
    await save()
    const alert = within(await screen.findByRole('alert'))
    expect(alert.getByText(FAILURE.message)).toBeTruthy()
    expect(email.value).toBe('ada@a.example')
  })
})
