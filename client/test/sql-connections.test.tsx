// @vitest-environment happy-dom
/** SQL cells: the header in place of the first line, the named connections, and what is refused. */
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { SavedConnection } from '@yesterday/server/contract/connections.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FAILURE } from '../gallery/fixture.ts'
import { selectOne } from '../src/access/selection.ts'
import { perform } from '../src/notebook/perform.ts'
import { ConnectionsDialog } from '../src/notebook/sql/ConnectionsDialog.tsx'
import { hideConnections, showConnections } from '../src/notebook/sql/connections-store.ts'
import { SqlBar } from '../src/notebook/sql/SqlBar.tsx'
import { t } from '../src/text/text.ts'
import { dialogs } from './opened-words.ts'
import { noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter, open } = staged()
afterEach(() => hideConnections())

const SHOP = { name: 'shop', url: 'postgresql://ann:•••@host/shop' }
const URL = '/api/connections'

describe('the dialog', () => {
  // The store asks once for a page: what one test has saved, the next one sees.
  const dialog = async (change: unknown = undefined, all: readonly SavedConnection[] = [SHOP]) => {
    const sent: Sent[] = []
    let kept = [...all]
    const answer = (body: unknown, method: string, url: string): unknown => {
      if (method !== 'GET' && change !== undefined) return change
      const name = url.split('/').at(-1) ?? ''
      if (method === 'PUT')
        kept = [...kept.filter((one) => one.name !== name), { name, url: Object(body).url }]
      if (method === 'DELETE') kept = kept.filter((one) => one.name !== name)
      return { connections: kept }
    }
    await enter(undefined, () => <ConnectionsDialog />, { [URL]: noting(sent, answer) })
    showConnections()
    const place = within(await screen.findByRole('dialog', { name: t('connections.title') }))
    const field = (label: 'name' | 'url') => place.getByLabelText<HTMLInputElement>(t(`connections.${label}`))
    const save = () => user.click(place.getByRole('button', { name: t('connections.save') }))
    const changes = () => sent.filter(([method]) => method !== 'GET')
    return { place, field, save, changes }
  }

  test('a failure to load can be tried again', async () => {
    let isBroken = true
    await enter(undefined, () => <ConnectionsDialog />, {
      [URL]: () => (isBroken ? FAILURE : { connections: [SHOP] }),
    })
    showConnections()
    expect(await screen.findByText(new RegExp(FAILURE.message))).toBeTruthy()
    isBroken = false
    await user.click(screen.getByRole('button', { name: t('app.retry') }))
    expect(await screen.findByText(SHOP.url)).toBeTruthy()
    expect(screen.queryByRole('button', { name: t('app.retry') })).toBeNull()
  })

  test('one is added, without spaces around it, and the fields are emptied', async () => {
    const { field, save, changes } = await dialog()
    await user.type(field('name'), ' lab ')
    await user.type(field('url'), ' sqlite:///lab.db ')
    await save()
    await waitFor(() => expect(field('name').value).toBe(''))
    expect(changes()).toEqual([['PUT', `${URL}/lab`, { url: 'sqlite:///lab.db' }]])
  })

  test.each([
    ['a name with spaces', 'my shop', 'sqlite:///x', 'connections.badName'],
    ['a name that begins with a digit', '1shop', 'sqlite:///x', 'connections.badName'],
    ['no name', '', 'sqlite:///x', 'connections.badName'],
    ['no address', 'lab', '', 'connections.badUrl'],
    ['an address without a scheme', 'lab', 'localhost/shop', 'connections.badUrl'],
    ['an address with spaces', 'lab', 'sqlite:///my file', 'connections.badUrl'],
  ] as const)('%s is not sent', async (_, name, url, why) => {
    const { place, field, save, changes } = await dialog()
    if (name !== '') await user.type(field('name'), name)
    if (url !== '') await user.type(field('url'), url)
    await save()
    expect(place.getByRole('status').textContent).toBe(t(why))
    expect([changes(), field('name').value, field('url').value]).toEqual([[], name, url])
  })

  test('what was wrong is not said again when the dialog is opened again', async () => {
    const { save } = await dialog()
    await save()
    expect(screen.getByText(t('connections.badName'))).toBeTruthy()
    await user.click(screen.getByRole('button', { name: t('connections.close') }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    showConnections()
    await screen.findByRole('dialog')
    expect(screen.queryByText(t('connections.badName'))).toBeNull()
  })

  test('a refusal of the server keeps what was typed', async () => {
    const { place, field, save } = await dialog(FAILURE)
    await user.type(field('name'), 'lab')
    await user.type(field('url'), 'sqlite:///x')
    await save()
    await waitFor(() => expect(place.getByRole('status').textContent).toContain(FAILURE.message))
    expect(field('url').value).toBe('sqlite:///x')
  })

  test('one is changed with its secret masked, and removed', async () => {
    const { place, field, save, changes } = await dialog()
    await user.type(field('name'), 'kept')
    await user.type(field('url'), SHOP.url)
    await save()
    await user.click(await place.findByRole('button', { name: t('connections.edit', { name: 'kept' }) }))
    expect([field('name').value, field('url').value]).toEqual(['kept', SHOP.url])
    await user.click(place.getByRole('button', { name: t('connections.remove', { name: 'kept' }) }))
    await waitFor(() => expect(place.queryByText('kept')).toBeNull())
    expect(changes().map(([method]) => method)).toEqual(['PUT', 'DELETE'])
  })
})

describe('the header of a cell', () => {
  const bar = async (source: string, writable = true) => {
    const stage = await enter(
      { cells: [{ id: 'a', source }], writable },
      ({ notebook }) => (
        <SqlBar notebook={notebook} id="a" line={notebook.sourceOf('a').split('\n')[0] ?? ''} />
      ),
      { [URL]: { connections: [SHOP] } },
    )
    return { source: () => stage.notebook.sourceOf('a'), undo: () => stage.notebook.undo.undo() }
  }
  const result = () => screen.getByLabelText<HTMLInputElement>(t('sql.result'))

  test('a variable for the rows is written into the line, and the rest stays', async () => {
    const { source, undo } = await bar('%%sql\nselect 1\n-- the end')
    await user.type(result(), ' rows {Enter}')
    expect(source()).toMatch(/^%%sql.*\brows\b.*\nselect 1\n-- the end$/)
    undo()
    expect(source()).toBe('%%sql\nselect 1\n-- the end')
  })

  test.each(['1x', 'a b', 'a-b', 'x;', '名 字'])(
    '%j is no variable: it is marked and not taken',
    async (name) => {
      const { source } = await bar('%%sql\nselect 1')
      await user.type(result(), `${name}{Enter}`)
      expect(result().getAttribute('aria-invalid')).toBe('true')
      expect(screen.getByRole('status').textContent).toBe(t('sql.badName'))
      expect(source()).toBe('%%sql\nselect 1')
      await user.keyboard('{Escape}')
      expect(result().getAttribute('aria-invalid')).toBe('false')
    },
  )

  test('a connection that is not among the saved ones is still named', async () => {
    await bar('%%sql warehouse\nselect 1')
    const options = () =>
      [...screen.getByLabelText<HTMLSelectElement>(t('sql.connection')).options].map(({ value }) => value)
    await waitFor(() => expect(options()).toContain('warehouse'))
    expect(screen.getByLabelText<HTMLSelectElement>(t('sql.connection')).value).toBe('warehouse')
  })

  test('a reader changes nothing, and manages no connections', async () => {
    const { source } = await bar('%%sql\nselect 1', false)
    expect(screen.getByLabelText<HTMLSelectElement>(t('sql.connection')).disabled).toBe(true)
    await user.type(result(), 'rows{Enter}')
    expect(source()).toBe('%%sql\nselect 1')
    expect(screen.queryByText(t('sql.editConnections'))).toBeNull()
  })

  test('a line that is no header has no bar', async () => {
    await bar('x = 1\n')
    expect(document.querySelector('.sql-bar')).toBeNull()
  })
})

test('code becomes SQL and code again, with the rest of its text', async () => {
  const { notebook } = await open({
    cells: [
      { id: 'a', source: 'select 1' },
      { id: 'b', type: 'markdown', source: 'x' },
    ],
  })
  const { sql, code } = {
    sql: () => perform('sql', notebook, dialogs),
    code: () => perform('code', notebook, dialogs),
  }
  notebook.selection.set(selectOne('a'))
  sql()
  expect(notebook.sourceOf('a')).toBe('%%sql\nselect 1')
  sql()
  expect(notebook.sourceOf('a')).toBe('%%sql\nselect 1')
  code()
  expect(notebook.sourceOf('a')).toBe('select 1')
  notebook.selection.set(selectOne('b'))
  sql()
  expect([notebook.typeOf('b'), notebook.sourceOf('b')]).toEqual(['code', '%%sql\nx'])
  vi.restoreAllMocks()
})
