// @vitest-environment happy-dom
/** Files at the left: making, renaming, moving, deleting, uploading, with what the server refuses and who may not. */
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Answers, FAILURE, PENDING, Refused, UNREACHABLE } from '../gallery/fixture.ts'
import { loadMe } from '../src/api/me-store.ts'
import { FilePanel } from '../src/files/FilePanel.tsx'
import { navigate } from '../src/navigation/route.ts'
import { t } from '../src/text/text.ts'
import { Notices } from '../src/ui/Notices.tsx'
import { noticeTexts, noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()
beforeEach(() => {
  vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/["\\]/g, '\\$&') })
})
afterEach(() => {
  navigate({ at: 'home' })
  vi.unstubAllGlobals()
})

const entry = (path: string, over: Partial<FileEntry> = {}): FileEntry => ({
  name: path.split('/').at(-1) ?? path,
  path,
  type: path.endsWith('.ipynb') ? 'notebook' : path.includes('.') ? 'file' : 'folder',
  size: 1,
  modified: '2026-01-01T00:00:00.000Z',
  writable: true,
  ...over,
})
const LISTED = [entry('data'), entry('analysis.ipynb'), entry('births.csv')]

interface Setup {
  readonly listed?: unknown
  readonly change?: unknown
  readonly answers?: Answers
  readonly role?: 'owner' | 'viewer'
  readonly selected?: string
}

async function panel({
  listed = LISTED,
  change = entry('made.txt'),
  answers = {},
  role = 'owner',
  selected,
}: Setup = {}) {
  const changes: Sent[] = []
  const onPicked = vi.fn()
  await enter(
    undefined,
    () => (
      <>
        <FilePanel selected={selected ?? null} shown onPicked={onPicked} />
        <Notices />
      </>
    ),
    {
      '/api/files': noting(changes, change),
      '/api/files/': listed,
      '/api/files/data': [entry('data/deep.csv')],
      '/api/me': {
        actor: { id: 'ada', name: 'Ada' },
        color: '#0b7285',
        isNamed: true,
        hasPassword: false,
        hasPasskey: false,
        provider: null,
        decidesRole: false,
        signOutUrl: null,
        role,
        owners: [],
        project: 'p',
        version: '0',
      },
      ...answers,
    },
  )
  await loadMe()
  return { changes, onPicked }
}
const row = (name: string): Promise<HTMLElement> => screen.findByRole('treeitem', { name })
const item = (menu: string, name: string): HTMLElement =>
  within(document.querySelector<HTMLElement>(`[role=menu][aria-label="${menu}"]`) ?? document.body).getByText(
    name,
  )
const choose = async (file: string, name: string): Promise<void> => {
  await row(file)
  item(t('files.menu', { name: file }), name).click()
}

describe('states', () => {
  test.each([
    ['loading', PENDING, () => screen.findByRole('status', { name: t('app.loading') })],
    ['empty', [], () => screen.findByText(t('files.emptyFolder'))],
    ['failing', FAILURE, () => screen.findByText(FAILURE.message)],
    ['unreachable', UNREACHABLE, () => screen.findByText(t('problem.unreachable'))],
    ['not an answer', 'a page of a proxy', () => screen.findByText(t('problem.unreadable'))],
  ] as const)('%s', async (_, listed, shows) => {
    await panel({ listed })
    expect(await shows()).toBeTruthy()
    expect(screen.queryByRole('tree')).toBeNull()
  })

  test('a failure can be tried again', async () => {
    let isBroken = true
    await panel({ listed: () => (isBroken ? FAILURE : LISTED) })
    await screen.findByText(FAILURE.message)
    isBroken = false
    await user.click(screen.getByRole('button', { name: t('app.retry') }))
    expect(await row('births.csv')).toBeTruthy()
  })

  test('names are text, and those who turn writing round are made visible', async () => {
    const names = ['<img src=x onerror=alert(1)>.txt', `${'long '.repeat(60)}.txt`, 'name\u202egpj.exe']
    await panel({ listed: names.map((name) => entry(name)) })
    const tree = await screen.findByRole('tree')
    expect(tree.querySelector('img')).toBeNull()
    expect(tree.textContent).toContain('<img src=x onerror=alert(1)>.txt')
    expect(tree.textContent).not.toContain('\u202e')
  })
})

describe('the tree', () => {
  test('a folder opens by a click and by keys, and closes', async () => {
    await panel()
    await user.click(await row('data'))
    expect(await row('deep.csv')).toBeTruthy()
    const folder = await row('data')
    expect(folder.getAttribute('aria-expanded')).toBe('true')
    folder.focus()
    await user.keyboard('{ArrowLeft}')
    expect(screen.queryByRole('treeitem', { name: 'deep.csv' })).toBeNull()
    await user.keyboard('{ArrowRight}')
    expect(await row('deep.csv')).toBeTruthy()
  })

  test('a file is gone to and reported; the place of the focus is one tab stop', async () => {
    const { onPicked } = await panel()
    await user.click(await row('births.csv'))
    expect(location.pathname).toBe('/notebooks/births.csv')
    expect(onPicked).toHaveBeenCalledOnce()
    const stops = screen.getAllByRole('treeitem').filter(({ tabIndex }) => tabIndex === 0)
    expect(stops.map((one) => one.getAttribute('data-path'))).toEqual(['births.csv'])
  })

  test('folders above the open file are opened', async () => {
    await panel({ selected: 'data/deep.csv' })
    expect((await row('deep.csv')).getAttribute('aria-selected')).toBe('true')
  })

  test('what is no file is not gone to', async () => {
    const { onPicked } = await panel({ listed: [entry('pipe', { type: 'special' })] })
    await user.click(await screen.findByRole('treeitem'))
    expect([location.pathname, onPicked.mock.calls.length]).toEqual(['/', 0])
  })
})

describe('renaming', () => {
  const field = (name: string) =>
    screen.findByRole<HTMLInputElement>('textbox', { name: t('files.renameLabel', { name }) })

  test('F2, another name, Enter: the file moves in its folder, and the focus returns to its row', async () => {
    const { changes } = await panel({ change: entry('rows.csv') })
    ;(await row('births.csv')).focus()
    await user.keyboard('{F2}')
    const name = await field('births.csv')
    expect([name.selectionStart, name.selectionEnd]).toEqual([0, 6])
    await user.clear(name)
    await user.type(name, 'rows.csv{Enter}')
    await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull())
    expect(changes).toEqual([['POST', '/api/files', { type: 'move', from: 'births.csv', to: 'rows.csv' }]])
    expect(document.activeElement?.getAttribute('data-path')).toBe('births.csv')
  })

  test('the same name, or none, asks nothing', async () => {
    const { changes } = await panel()
    await choose('births.csv', t('files.rename'))
    await user.type(await field('births.csv'), '{Enter}')
    await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull())
    await choose('births.csv', t('files.rename'))
    const name = await field('births.csv')
    await user.clear(name)
    await user.type(name, '  {Enter}')
    await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull())
    expect(changes).toEqual([])
  })

  test('Escape leaves the name', async () => {
    const { changes } = await panel()
    await choose('births.csv', t('files.rename'))
    await user.type(await field('births.csv'), 'x{Escape}')
    expect(screen.queryByRole('textbox')).toBeNull()
    expect(changes).toEqual([])
  })

  test('Enter and Escape of an input method belong to its word', async () => {
    const { changes } = await panel()
    await choose('births.csv', t('files.rename'))
    const name = await field('births.csv')
    await user.type(name, '数')
    for (const key of ['Enter', 'Escape'])
      fireEvent(name, new KeyboardEvent('keydown', { key, bubbles: true, isComposing: true }))
    expect(await field('births.csv')).toBe(name)
    expect(changes).toEqual([])
  })

  test('a name that is taken is refused, and the field stays with what was typed', async () => {
    const taken = new Refused(409, 'exists', 'There is a rows.csv already.')
    await panel({ change: taken })
    await choose('births.csv', t('files.rename'))
    const name = await field('births.csv')
    await user.clear(name)
    await user.type(name, 'rows.csv{Enter}')
    expect(await screen.findByText('There is a rows.csv already.')).toBeTruthy()
    expect((await field('births.csv')).value).toBe('rows.csv')
  })

  test('the address of an open file follows its folder', async () => {
    await panel({ change: entry('old data', { type: 'folder' }) })
    navigate({ at: 'file', path: 'data/deep.csv' })
    await choose('data', t('files.rename'))
    const name = await field('data')
    await user.clear(name)
    await user.type(name, 'old data{Enter}')
    await waitFor(() => expect(location.pathname).toBe('/notebooks/old%20data/deep.csv'))
  })
})

describe('deleting and moving', () => {
  test('Delete asks first; cancelled, nothing happens', async () => {
    const { changes } = await panel()
    ;(await row('births.csv')).focus()
    await user.keyboard('{Delete}')
    const dialog = await screen.findByRole('dialog', { name: t('files.deleteTitle', { name: 'births.csv' }) })
    expect(dialog.textContent).toContain(t('files.deleteHint'))
    await user.click(within(dialog).getByRole('button', { name: t('app.cancel') }))
    expect([screen.queryByRole('dialog'), changes]).toEqual([null, []])
  })

  test('the page of a deleted file is left; a folder says that all in it goes', async () => {
    const { changes } = await panel({ change: { trashed: 'data', at: '2026-01-01T00:00:00.000Z' } })
    navigate({ at: 'file', path: 'data/deep.csv' })
    await choose('data', t('files.delete'))
    const dialog = await screen.findByRole('dialog')
    expect(dialog.textContent).toContain(t('files.deleteFolderHint'))
    await user.click(within(dialog).getByRole('button', { name: t('files.delete') }))
    await waitFor(() => expect(location.pathname).toBe('/'))
    expect(changes[0]?.[2]).toEqual({ type: 'trash', path: 'data' })
  })

  test('the page of a file that could not be deleted stays', async () => {
    await panel({ change: FAILURE })
    navigate({ at: 'file', path: 'births.csv' })
    await choose('births.csv', t('files.delete'))
    await user.click(
      within(await screen.findByRole('dialog')).getByRole('button', { name: t('files.delete') }),
    )
    expect(await screen.findByText(FAILURE.message)).toBeTruthy()
    expect(location.pathname).toBe('/notebooks/births.csv')
  })

  test('a file is moved to a folder, whatever slashes are around it', async () => {
    const { changes } = await panel({ change: entry('data/births.csv') })
    await choose('births.csv', t('files.move'))
    const dialog = await screen.findByRole('dialog')
    await user.type(within(dialog).getByRole('textbox'), '/data/')
    await user.click(within(dialog).getByRole('button', { name: t('files.moveDo') }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(changes[0]?.[2]).toEqual({ type: 'move', from: 'births.csv', to: 'data/births.csv' })
  })

  test('a refusal keeps the dialog open; the folder where it is asks nothing', async () => {
    const { changes } = await panel({ change: FAILURE })
    await choose('births.csv', t('files.move'))
    const dialog = await screen.findByRole('dialog')
    const field = within(dialog).getByRole('textbox')
    await user.type(field, 'nowhere{Enter}')
    expect(await screen.findByText(FAILURE.message)).toBeTruthy()
    expect(changes).toHaveLength(1)
    await user.clear(field)
    await user.type(field, '{Enter}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(changes).toHaveLength(1)
  })
})

describe('uploads', () => {
  const uploaded = (path: string) => ({ ...entry(path), version: '"v1"' })
  const dropped = (...files: File[]) => ({ dataTransfer: { types: ['Files'], files } })

  test('files that are dropped on a folder go into it, and what is there is read again', async () => {
    const sent: Sent[] = []
    await panel({ answers: { '/api/files/data/a.txt': noting(sent, uploaded('data/a.txt')) } })
    const folder = await row('data')
    fireEvent.dragOver(folder, dropped())
    expect(document.body.textContent).toContain(t('files.dropHere', { folder: 'data' }))
    fireEvent.drop(folder, dropped(new File(['x'], 'a.txt')))
    await waitFor(() => expect(noticeTexts()).toContain(t('files.uploaded', { count: 1 })))
    expect(sent).toEqual([['PUT', '/api/files/data/a.txt', null]])
    expect(document.body.textContent).not.toContain(t('files.dropHere', { folder: 'data' }))
  })

  test('a name that is taken is asked about, and only that one is replaced', async () => {
    const sent: Sent[] = []
    const taken = (_: unknown, __: unknown, url: string) =>
      url.includes('overwrite') ? uploaded('a.txt') : new Refused(409, 'exists', 'taken')
    await panel({
      answers: {
        '/api/files/a.txt': noting(sent, taken),
        '/api/files/b.txt': noting(sent, uploaded('b.txt')),
      },
    })
    fireEvent.drop(
      await screen.findByRole('tree'),
      dropped(new File(['x'], 'a.txt'), new File(['y'], 'b.txt')),
    )
    const dialog = await screen.findByRole('dialog', { name: t('files.exists', { name: 'a.txt' }) })
    await user.click(within(dialog).getByRole('button', { name: t('files.replace') }))
    await waitFor(() => expect(sent.map(([, url]) => url)).toHaveLength(3))
    expect(sent.at(-1)?.[1]).toBe('/api/files/a.txt?overwrite=1')
  })

  test('other drags are left alone', async () => {
    await panel()
    const tree = await screen.findByRole('tree')
    const isLeft = fireEvent.dragOver(tree, { dataTransfer: { types: ['text/plain'], files: [] } })
    expect(isLeft).toBe(true)
    expect(document.querySelector('.files')?.getAttribute('data-dropping')).toBe('false')
  })

  test('a reader uploads nothing, and the browser does not leave the page for the file', async () => {
    const sent: Sent[] = []
    await panel({ role: 'viewer', answers: { '/api/files/a.txt': noting(sent, entry('a.txt')) } })
    const tree = await screen.findByRole('tree')
    expect(fireEvent.dragOver(tree, dropped())).toBe(false)
    expect(fireEvent.drop(tree, dropped(new File(['x'], 'a.txt')))).toBe(false)
    expect(document.querySelector('.files')?.getAttribute('data-dropping')).toBe('false')
    expect(sent).toEqual([])
  })
})

test('a reader is offered nothing that changes files, by menu, button or key', async () => {
  const { changes } = await panel({ role: 'viewer' })
  ;(await row('births.csv')).focus()
  await user.keyboard('{F2}{Delete}')
  expect([screen.queryByRole('textbox'), screen.queryByRole('dialog')]).toEqual([null, null])
  for (const name of [t('files.newNotebook'), t('files.newFolder'), t('files.upload')])
    expect(screen.queryByRole('button', { name })).toBeNull()
  const menu = document.querySelector(`[role=menu][aria-label="${t('files.menu', { name: 'births.csv' })}"]`)
  for (const name of [t('files.rename'), t('files.move'), t('files.duplicate'), t('files.delete')])
    expect(menu?.textContent).not.toContain(name)
  expect(changes).toEqual([])
})

test('a new folder is named at once', async () => {
  let listed = LISTED
  await panel({
    listed: () => listed,
    change: () => {
      listed = [...LISTED, entry('new folder')]
      return entry('new folder')
    },
  })
  await row('births.csv')
  await user.click(screen.getByRole('button', { name: t('files.newFolder') }))
  expect(
    await screen.findByRole('textbox', { name: t('files.renameLabel', { name: 'new folder' }) }),
  ).toBeTruthy()
})
