// @vitest-environment happy-dom
/** Public links: what the dialog offers for what is shown, what is sent, and that a link is shown once and made once. */
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { FAILURE, PENDING } from '../gallery/fixture.ts'
import { loadMe } from '../src/api/me-store.ts'
import { PublicLinkList } from '../src/app/people/PublicLinkList.tsx'
import { t } from '../src/text/text.ts'
import { Notices } from '../src/ui/Notices.tsx'
import { PublicLinkButton } from '../src/ui/PublicLink.tsx'
import { noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()
const LINKS = '/api/public-links'
const link = {
  id: 'l/1',
  what: { kind: 'result', run: 'r', receipt: false },
  title: 'analysis',
  created: '2026-01-01T00:00:00.000Z',
  expires: '2026-02-01T00:00:00.000Z',
  by: 'Ada',
  lastUsed: null,
}
const made = { link, path: '/public/secret' }
type What = Parameters<typeof PublicLinkButton>[0]['what']
const written = vi.fn(async (_: string) => undefined)

beforeEach(() => {
  written.mockReset()
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(written)
})

async function opened(what: What, answer: unknown = made) {
  const sent: Sent[] = []
  const onMade = vi.fn()
  await enter(
    undefined,
    () => (
      <>
        <PublicLinkButton what={what} isWide onMade={onMade} />
        <Notices />
      </>
    ),
    { [LINKS]: noting(sent, answer) },
  )
  await loadMe()
  await user.click(await screen.findByRole('button', { name: t('public.copy') }))
  const dialog = await screen.findByRole('dialog', { name: t('public.title') })
  const make = () => user.click(within(dialog).getByRole('button', { name: t('public.make') }))
  return { sent, onMade, dialog, make }
}

describe('the dialog', () => {
  test('of a notebook asks for the days alone', async () => {
    const { sent, dialog, make } = await opened({ kind: 'notebook', notebook: 'a.ipynb' })
    expect(dialog.textContent).toContain(t('public.notebookHint'))
    expect(within(dialog).queryAllByRole('checkbox')).toEqual([])
    await user.selectOptions(within(dialog).getByRole('combobox'), '7')
    await make()
    expect(sent).toEqual([['POST', LINKS, { what: { kind: 'notebook', notebook: 'a.ipynb' }, days: 7 }]])
  })

  test('of a run: without its receipt unless it is ticked', async () => {
    const { sent, dialog, make } = await opened({ kind: 'result', run: 'r', receipt: false })
    expect(within(dialog).getAllByRole('checkbox')).toHaveLength(1)
    await make()
    expect(sent[0]?.[2]).toEqual({ what: { kind: 'result', run: 'r', receipt: false }, days: 30 })
  })

  test('of one output: that output alone, or all with the receipt', async () => {
    const what = { kind: 'result', run: 'r', receipt: false, output: 2 } as const
    const { sent, dialog, make } = await opened(what, FAILURE)
    expect(dialog.textContent).toContain(t('public.outputHint'))
    await make()
    expect(sent[0]?.[2]).toEqual({ what, days: 30 })
    await user.click(within(dialog).getByRole('checkbox', { name: t('public.allOutputs') }))
    await user.click(within(dialog).getByRole('checkbox', { name: t('public.receipt') }))
    expect(dialog.textContent).toContain(t('public.resultHint'))
    await make()
    expect(sent[1]?.[2]).toEqual({ what: { kind: 'result', run: 'r', receipt: true }, days: 30 })
  })

  test('shows the link, copies it, and offers no second one', async () => {
    const { dialog } = await opened({ kind: 'notebook', notebook: 'a.ipynb' })
    await user.click(within(dialog).getByRole('button', { name: t('public.make') }))
    const address = `${location.origin}/public/secret`
    const field = await within(dialog).findByRole<HTMLInputElement>('textbox', { name: t('public.link') })
    expect(field.value).toBe(address)
    expect(written).toHaveBeenCalledWith(address)
    expect(within(dialog).queryByRole('button', { name: t('public.make') })).toBeNull()
    await user.click(within(dialog).getByRole('button', { name: t('link.again') }))
    expect(written).toHaveBeenCalledTimes(2)
  })

  test('where the clipboard is refused, the link stays to be copied by hand', async () => {
    written.mockRejectedValue(new DOMException('no', 'NotAllowedError'))
    const { dialog, make } = await opened({ kind: 'notebook', notebook: 'a.ipynb' })
    await make()
    expect(await screen.findByText(t('outputs.copyFailed'))).toBeTruthy()
    expect(within(dialog).getByRole<HTMLInputElement>('textbox').value).toContain('/public/secret')
  })

  test('two presses make one link', async () => {
    const { sent, make } = await opened({ kind: 'notebook', notebook: 'a.ipynb' }, PENDING)
    await make()
    await make()
    expect(sent).toHaveLength(1)
  })

  test('a refusal is shown, and it can be tried again', async () => {
    let isFull = true
    const { sent, dialog, make } = await opened({ kind: 'notebook', notebook: 'a.ipynb' }, () =>
      isFull ? FAILURE : made,
    )
    await make()
    expect((await within(dialog).findByRole('alert')).textContent).toContain(FAILURE.message)
    isFull = false
    await make()
    await within(dialog).findByRole('textbox')
    expect(within(dialog).queryByRole('alert')).toBeNull()
    expect(sent).toHaveLength(2)
  })

  test('its closing is reported, and keys in it reach nothing around it', async () => {
    const { dialog, onMade } = await opened({ kind: 'result', run: 'r', receipt: false })
    const outside = vi.fn()
    document.addEventListener('keydown', outside)
    within(dialog).getByRole('combobox').focus()
    await user.keyboard('d')
    await user.click(within(dialog).getByRole('button', { name: t('app.cancel') }))
    document.removeEventListener('keydown', outside)
    expect(onMade).toHaveBeenCalledOnce()
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

test('others than owners have no button', async () => {
  await enter(undefined, () => <PublicLinkButton what={{ kind: 'notebook', notebook: 'a' }} isWide />, {
    '/api/me': {
      actor: { id: 'bo', name: 'Bo' },
      color: '#0b7285',
      isNamed: true,
      hasPassword: false,
      hasPasskey: false,
      provider: null,
      decidesRole: false,
      signOutUrl: null,
      owners: [],
      role: 'editor',
      project: 'p',
      version: '0',
    },
  })
  await loadMe()
  expect(screen.queryByRole('button')).toBeNull()
})

describe('the list', () => {
  const file = { at: 'file', path: 'a.ipynb' } as const
  const list = async (answer: unknown, route: Parameters<typeof PublicLinkList>[0]['route'] = file) => {
    const sent: Sent[] = []
    await enter(
      undefined,
      () => (
        <>
          <PublicLinkList route={route} />
          <Notices />
        </>
      ),
      { [LINKS]: noting(sent, answer) },
    )
    return sent
  }

  test('says what each shows and whether it was opened', async () => {
    const links = [
      link,
      { ...link, id: '2', title: 'one', what: { ...link.what, output: 1 }, lastUsed: link.created },
      { ...link, id: '3', title: 'whole', what: { kind: 'checkpoint', checkpoint: 'c' } },
    ]
    await list({ links })
    const items = await screen.findAllByRole('listitem')
    expect(items.map((one) => one.textContent)).toEqual([
      expect.stringContaining(t('public.ofResult')),
      expect.stringContaining(t('public.ofOutput')),
      expect.stringContaining(t('public.ofNotebook')),
    ])
    expect(items[0]?.textContent).toContain(t('public.unused'))
    expect(items[1]?.textContent).not.toContain(t('public.unused'))
  })

  test('a revoked one goes', async () => {
    const sent = await list((_: unknown, method: string) => ({ links: method === 'GET' ? [link] : [] }))
    await user.click(
      await screen.findByRole('button', { name: t('public.revokeName', { title: 'analysis' }) }),
    )
    await waitFor(() => expect(screen.queryAllByRole('listitem')).toEqual([]))
    expect(sent.at(-1)?.slice(0, 2)).toEqual(['DELETE', `${LINKS}/l%2F1`])
  })

  test('one that could not be revoked stays, and says why', async () => {
    await list((_: unknown, method: string) => (method === 'GET' ? { links: [link] } : FAILURE))
    await user.click(
      await screen.findByRole('button', { name: t('public.revokeName', { title: 'analysis' }) }),
    )
    expect(await screen.findByText(FAILURE.message)).toBeTruthy()
    expect(screen.getAllByRole('listitem')).toHaveLength(1)
  })

  test('a failure can be tried again', async () => {
    let isBroken = true
    await list(() => (isBroken ? FAILURE : { links: [link] }))
    await screen.findByRole('alert')
    isBroken = false
    await user.click(screen.getByRole('button', { name: t('app.retry') }))
    expect(await screen.findAllByRole('listitem')).toHaveLength(1)
  })

  test('without links and a notebook there is nothing', async () => {
    const sent = await list({ links: [] }, { at: 'home' })
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(screen.queryByText(t('public.list'))).toBeNull()
  })
})
