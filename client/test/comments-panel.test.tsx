// @vitest-environment happy-dom
/** The panel of comments: writing, replying, editing, mentioning, filters, and what readers and failures see. */
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { Comment, NotebookComments, Thread } from '@yesterday/server/contract/comments.ts'
import { cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FAILURE, PENDING } from '../gallery/fixture.ts'
import { loadMe } from '../src/api/me-store.ts'
import { CommentsPanel } from '../src/panels/comments/CommentsPanel.tsx'
import { t } from '../src/text/text.ts'
import { Notices } from '../src/ui/Notices.tsx'
import { noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()
beforeEach(() => void vi.spyOn(Element.prototype, 'scrollIntoView').mockReturnValue())
afterEach(() => void vi.restoreAllMocks())

// The first is who the server of the gallery says is here.
const ada = { id: 'ada', name: 'Ada Lovelace' }
const bob = { id: 'bob', name: 'Bob Moore' }
const eve = { id: 'eve', name: 'Eve Bobson' }
const at = '2026-01-01T00:00:00.000Z'
const comment = (number: number, author = bob, more: Partial<Comment> = {}): Comment => ({
  ...{
    id: `c${number}`,
    number,
    author,
    at,
    edited: null,
    text: `words ${number}`,
    mentions: [],
    deleted: false,
  },
  ...more,
})
const thread = (id: string, comments: readonly Comment[], more: Partial<Thread> = {}): Thread => ({
  ...{ id, anchor: { on: 'cell', cell: 'a' }, quote: '', resolved: null, comments: [...comments] },
  ...more,
})

interface Setup {
  readonly threads?: readonly Thread[]
  readonly answer?: unknown
  readonly writable?: boolean
  /** What a change of a thread, or a new one, is answered. */
  readonly change?: unknown
}

async function panel({ threads = [], answer, writable = true, change = FAILURE }: Setup = {}) {
  const sent: Sent[] = []
  const known: NotebookComments = { threads: [...threads], read: {}, people: [ada, bob, eve] }
  const listed = () => (typeof answer === 'function' ? answer() : (answer ?? known))
  const stage = await enter(
    { cells: [{ id: 'a' }, { id: 'b' }], active: 'a', writable },
    () => (
      <>
        <CommentsPanel />
        <Notices />
      </>
    ),
    {
      '/api/notebooks/': noting(sent, (body: unknown, method: string, url: string) => {
        if (method === 'GET') return url.endsWith('/comments') ? listed() : FAILURE
        return typeof change === 'function' ? change(body, method, url) : change
      }),
    },
  )
  await loadMe()
  const changes = () => sent.filter(([method]) => method !== 'GET').map(([, , body]) => body)
  return { stage, changes, comments: stage.notebook.comments }
}
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name })
const card = async (name = bob.name) =>
  within(await screen.findByRole('article', { name: t('comments.thread', { name }) }))
const textbox = (name: string) => screen.findByLabelText<HTMLTextAreaElement>(name)

describe('states', () => {
  test('loading, then empty with a hint to those who may write', async () => {
    await panel()
    expect(await screen.findByText(t('comments.empty'))).toBeTruthy()
    expect(screen.getByText(t('comments.emptyHint'))).toBeTruthy()
  })

  test('an answer that does not come is loading', async () => {
    await panel({ answer: PENDING })
    expect(await screen.findByText(t('app.loading'))).toBeTruthy()
  })

  test('a failure can be tried again', async () => {
    let isBroken = true
    await panel({
      answer: () => (isBroken ? FAILURE : { threads: [thread('t', [comment(1)])], read: {}, people: [] }),
    })
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain(FAILURE.message)
    isBroken = false
    await user.click(within(alert).getByRole('button', { name: t('app.retry') }))
    expect(await screen.findByText('words 1')).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('a reader sees words and no fields', async () => {
    await panel({ threads: [thread('t', [comment(1)])], writable: false })
    const shown = await card()
    expect(shown.getByText('words 1')).toBeTruthy()
    for (const name of [t('comments.reply'), t('comments.resolve'), t('comments.new')])
      expect(screen.queryByRole('button', { name })).toBeNull()
  })

  test('words are Markdown without markup of their own', async () => {
    await panel({
      threads: [thread('t', [comment(1, bob, { text: '**bold** <img src=x onerror=alert(1)>' })])],
    })
    const shown = await card()
    expect(shown.getByText('bold').tagName).toBe('STRONG')
    expect(document.querySelector('.threads img')).toBeNull()
  })
})

describe('threads', () => {
  test('are in the order of the cells, also after cells have come or moved', async () => {
    const of = (id: string, cell: string, author = bob) =>
      thread(id, [comment(Number(id), author)], { anchor: { on: 'cell', cell } })
    const { stage } = await panel({ threads: [of('1', 'b'), of('2', 'a', eve)] })
    await card()
    const places = () =>
      screen.getAllByRole('article').map((one) => within(one).getAllByRole('button')[0]?.textContent)
    expect(places()).toEqual([t('comments.at.cell', { n: 1 }), t('comments.at.cell', { n: 2 })])
    const { doc } = stage.notebook
    doc.transact(
      () => cellsOf(doc).insert(0, [makeCell({ id: 'new', type: 'code', source: '' })]),
      'another person',
    )
    await waitFor(() =>
      expect(places()).toEqual([t('comments.at.cell', { n: 2 }), t('comments.at.cell', { n: 3 })]),
    )
    stage.notebook.edits.moveBefore(['b'], 'new')
    await waitFor(() =>
      expect(places()).toEqual([t('comments.at.cell', { n: 1 }), t('comments.at.cell', { n: 3 })]),
    )
  })

  test('one whose cell is gone says so, with what it was about', async () => {
    await panel({
      threads: [thread('t', [comment(1)], { anchor: { on: 'cell', cell: 'gone' }, quote: 'x = 1' })],
    })
    const shown = await card()
    expect(shown.getByText(t('comments.gone'))).toBeTruthy()
    expect(shown.getByText('x = 1')).toBeTruthy()
  })

  test('filters show open, resolved, own and mentioning ones', async () => {
    const resolved = { by: eve, at }
    await panel({
      threads: [
        thread('1', [comment(1)]),
        thread('2', [comment(2, eve)], { resolved }),
        thread('3', [comment(3, ada)]),
        thread('4', [comment(4, bob, { mentions: [ada] })], { resolved }),
      ],
    })
    await screen.findByText('words 1')
    const shown = async (filter: 'open' | 'resolved' | 'mine' | 'mentions') => {
      await user.click(button(t(`comments.${filter}`)))
      return [1, 2, 3, 4].filter((n) => screen.queryByText(`words ${n}`) !== null)
    }
    expect(await shown('resolved')).toEqual([2, 4])
    expect(await shown('mine')).toEqual([3])
    expect(await shown('mentions')).toEqual([4])
    expect(await shown('open')).toEqual([1, 3])
    expect(button(t('comments.open')).getAttribute('aria-pressed')).toBe('true')
  })

  test('the focus in one marks it as read; so does the button for all', async () => {
    const { changes } = await panel({
      threads: [thread('1', [comment(1)]), thread('2', [comment(2, eve)]), thread('3', [comment(3, eve)])],
      change: (body: unknown) => body,
    })
    const first = await screen.findByRole('article', { name: t('comments.thread', { name: bob.name }) })
    expect(first.dataset.unread).toBe('true')
    first.focus()
    await waitFor(() => expect(first.dataset.unread).toBe('false'))
    await user.click(button(t('comments.readAll')))
    expect(changes()).toEqual([{ read: 1 }, { read: 2 }, { read: 3 }])
    expect(button(t('comments.readAll')).disabled).toBe(true)
  })
})

describe('writing', () => {
  test('a comment on the active cell is sent by Ctrl-Enter, and its thread gets the focus', async () => {
    const made = thread('new', [comment(9, ada, { text: 'hello' })])
    const { changes } = await panel({ change: made })
    await screen.findByText(t('comments.empty'))
    await user.click(button(t('comments.new')))
    const field = await textbox(t('comments.text'))
    expect(document.activeElement).toBe(field)
    await user.type(field, '  hello {Control>}{Enter}{/Control}')
    expect(changes()).toEqual([{ anchor: { on: 'cell', cell: 'a' }, text: 'hello' }])
    await waitFor(() =>
      expect(document.activeElement?.getAttribute('aria-label')).toBe(
        t('comments.thread', { name: ada.name }),
      ),
    )
    expect(screen.queryByLabelText(t('comments.text'))).toBeNull()
  })

  test('nothing but spaces is not sent, and Escape gives up', async () => {
    const { changes } = await panel()
    await screen.findByText(t('comments.empty'))
    await user.click(button(t('comments.new')))
    const field = await textbox(t('comments.text'))
    await user.type(field, '   {Control>}{Enter}{/Control}')
    expect(button(t('comments.send')).disabled).toBe(true)
    await user.keyboard('{Escape}')
    expect([changes(), screen.queryByLabelText(t('comments.text'))]).toEqual([[], null])
  })

  test('what could not be sent stays, with the reason', async () => {
    await panel({ change: FAILURE })
    await screen.findByText(t('comments.empty'))
    await user.click(button(t('comments.new')))
    const field = await textbox(t('comments.text'))
    await user.type(field, 'hello')
    await user.click(button(t('comments.send')))
    expect((await screen.findByRole('alert')).textContent).toContain(FAILURE.message)
    expect(field.value).toBe('hello')
  })

  test('two presses send once', async () => {
    const { changes } = await panel({ change: PENDING })
    await screen.findByText(t('comments.empty'))
    await user.click(button(t('comments.new')))
    await user.type(await textbox(t('comments.text')), 'hello{Control>}{Enter}{Enter}{/Control}')
    expect(changes()).toHaveLength(1)
  })

  test('a reply is added to its thread', async () => {
    const first = thread('t/1', [comment(1)])
    const { changes } = await panel({
      threads: [first],
      change: { thread: thread('t/1', [comment(1), comment(2, ada, { text: 'yes' })]) },
    })
    const shown = await card()
    await user.click(shown.getByRole('button', { name: t('comments.reply') }))
    await user.type(await textbox(t('comments.replyText')), 'yes{Control>}{Enter}{/Control}')
    expect(await shown.findByText('yes')).toBeTruthy()
    expect(changes()).toContainEqual({ type: 'reply', text: 'yes' })
    expect(screen.queryByLabelText(t('comments.replyText'))).toBeNull()
  })

  test('own words can be edited and deleted, those of others cannot', async () => {
    const first = thread('t', [comment(1, ada), comment(2, bob)])
    const { changes } = await panel({
      threads: [first],
      change: { thread: thread('t', [comment(1, ada, { text: 'better', edited: at }), comment(2, bob)]) },
    })
    const shown = await card(ada.name)
    expect(shown.getAllByText(t('comments.edit'))).toHaveLength(1)
    shown.getByText(t('comments.edit')).click()
    const field = await textbox(t('comments.edit'))
    expect(field.value).toBe('words 1')
    await user.clear(field)
    await user.type(field, 'better{Control>}{Enter}{/Control}')
    expect(await shown.findByText('better')).toBeTruthy()
    expect(shown.getByText(t('comments.edited'))).toBeTruthy()
    expect(changes()).toContainEqual({ type: 'edit', comment: 'c1', text: 'better' })
  })

  test('a deletion that fails is a notice, and the words stay', async () => {
    await panel({ threads: [thread('t', [comment(1, ada)])] })
    const shown = await card(ada.name)
    shown.getByText(t('comments.delete')).click()
    expect(await screen.findByText(FAILURE.message)).toBeTruthy()
    expect(shown.getByText('words 1')).toBeTruthy()
  })

  test('resolving takes the thread out of the open ones; a failure says why', async () => {
    let isBroken = true
    const resolved = { thread: thread('t', [comment(1)], { resolved: { by: ada, at } }) }
    await panel({ threads: [thread('t', [comment(1)])], change: () => (isBroken ? FAILURE : resolved) })
    const shown = await card()
    await user.click(shown.getByRole('button', { name: t('comments.resolve') }))
    expect((await shown.findByRole('alert')).textContent).toContain(FAILURE.message)
    isBroken = false
    await user.click(shown.getByRole('button', { name: t('comments.resolve') }))
    expect(await screen.findByText(t('comments.noMatch'))).toBeTruthy()
  })
})

describe('mentions', () => {
  const writing = async (words: string) => {
    const { changes } = await panel({ change: PENDING })
    await screen.findByText(t('comments.empty'))
    await user.click(button(t('comments.new')))
    const field = await textbox(t('comments.text'))
    await user.type(field, words)
    return { field, changes }
  }
  const offered = () => screen.queryAllByRole('option').map(({ textContent }) => textContent)

  test('people with a word that begins so are offered, and the field leads the list', async () => {
    const { field } = await writing('ask @bob')
    expect(offered()).toEqual([bob.name, eve.name])
    expect(field.getAttribute('aria-expanded')).toBe('true')
    const active = () =>
      document.getElementById(field.getAttribute('aria-activedescendant') ?? '')?.textContent
    expect(active()).toBe(bob.name)
    await user.keyboard('{ArrowDown}')
    expect(active()).toBe(eve.name)
    await user.keyboard('{ArrowDown}{ArrowUp}')
    expect(active()).toBe(eve.name)
  })

  test('Enter takes the name, and sends nothing', async () => {
    const { field, changes } = await writing('ask @bo')
    await user.keyboard('{Enter}')
    expect(field.value).toBe('ask @Bob Moore ')
    expect([offered(), changes()]).toEqual([[], []])
  })

  test('a click takes it, and the focus stays in the field', async () => {
    const { field } = await writing('@ev')
    await user.click(screen.getByRole('option', { name: eve.name }))
    expect(field.value).toBe('@Eve Bobson ')
    expect(document.activeElement).toBe(field)
  })

  test('Escape closes the list first, and then gives up', async () => {
    const { field } = await writing('@bo')
    await user.keyboard('{Escape}')
    expect([offered(), field.isConnected]).toEqual([[], true])
    await user.keyboard('{Escape}')
    expect(field.isConnected).toBe(false)
  })

  test('keys of an input method are its own', async () => {
    const { field } = await writing('@bo')
    fireEvent(field, new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true }))
    expect(field.value).toBe('@bo')
    expect(offered()).not.toEqual([])
  })

  test('an address is no mention', async () => {
    await writing('write to me@bob')
    expect(offered()).toEqual([])
  })
})
