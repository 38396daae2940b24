// @vitest-environment happy-dom
/** The variables panel: which rows it shows, what it says in each state, and when the kernel is asked. */
import type { SessionView } from '@yesterday/server/contract/session.ts'
import type { Variable } from '@yesterday/server/contract/variables.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NotebookContext } from '../src/access/context.ts'
import { accessTo } from '../src/notebook/access.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { chosen } from '../src/panels/variables/order.ts'
import { VariablesPanel } from '../src/panels/variables/VariablesPanel.tsx'
import { type Answer, type CommandRequest, noSession, type Recorded } from '../src/session/session-socket.ts'
import { Variables } from '../src/session/variables.ts'
import { Signal, Watched } from '../src/state/observable.ts'
import { sizeText } from '../src/text/sizes.ts'
import { t } from '../src/text/text.ts'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const variable = (name: string, more: Partial<Variable> = {}): Variable => ({
  name,
  type: 'int',
  group: 'value',
  run: null,
  cell: null,
  running: false,
  ...more,
})

/** A session that answers each question with the next of `answers`, and the last one from then on. */
function fakeSession(...answers: Answer[]) {
  const asked: CommandRequest[] = []
  const view = new Watched<SessionView>({ ...noSession, kernel: { ...noSession.kernel, state: 'idle' } })
  const send = async (request: CommandRequest): Promise<Answer> => {
    asked.push(request)
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? { ok: false, reason: 'no answer' }
  }
  return { asked, view, send, recorded: new Signal<Recorded>(), connected: new Watched(true) }
}

const known = (revision: number, changed: readonly Variable[], more: object = {}): Answer => ({
  ok: true,
  content: {
    state: 'known',
    changes: {
      list: '1',
      revision,
      whole: revision === 1,
      changed,
      removed: [],
      left: 0,
      running: false,
      ...more,
    },
  },
})
const run: Recorded = {
  type: 'recorded',
  run: 'r',
  cell: 'c',
  outcome: 'ok',
  started: null,
  ended: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  actor: { id: 'a', name: 'A' },
}

test('the kernel is asked only while the list is followed, and for what is new', async () => {
  const session = fakeSession(
    known(1, [variable('a'), variable('b')]),
    known(2, [variable('a', { preview: '2' })], { removed: ['b'] }),
  )
  const variables = new Variables(session)
  session.recorded.emit(run)
  expect(session.asked).toEqual([])
  const stop = variables.follow()
  await vi.waitFor(() => expect(variables.state.get().variables.size).toBe(2))
  session.recorded.emit(run)
  await vi.waitFor(() => expect([...variables.state.get().variables.keys()]).toEqual(['a']))
  expect(session.asked.at(-1)).toEqual({ type: 'variables', list: '1', since: 1 })
  stop()
  stop()
  session.recorded.emit(run)
  expect(session.asked).toHaveLength(2)
})

test('questions are not asked side by side', async () => {
  const session = fakeSession(known(1, []))
  const variables = new Variables(session)
  const stop = variables.follow()
  for (let count = 0; count < 5; count++) variables.ask()
  await vi.waitFor(() => expect(session.asked).toHaveLength(2))
  await Promise.resolve()
  expect(session.asked).toHaveLength(2)
  stop()
})

test('rows are filtered, ordered and pinned', () => {
  const all = [
    variable('b', { size: 5, cell: 'two' }),
    variable('a10', { size: 100 }),
    variable('a2', { preview: 'needle', cell: 'one' }),
    variable('f', { group: 'function' }),
  ]
  const place = (cell: string) => ({ one: 1, two: 2 })[cell] ?? null
  const names = (choice: object, pinned: readonly string[] = []) =>
    chosen(
      all,
      new Set(pinned),
      { sort: 'name', descending: false, text: '', all: false, ...choice },
      place,
    ).map(({ name }) => name)
  expect(names({})).toEqual(['a2', 'a10', 'b'])
  expect(names({ all: true })).toContain('f')
  expect(names({ sort: 'size', descending: true })).toEqual(['a10', 'b', 'a2'])
  expect(names({ sort: 'written', descending: true })).toEqual(['b', 'a2', 'a10'])
  expect(names({ text: 'NEED' })).toEqual(['a2'])
  expect(names({}, ['b', 'f'])).toEqual(['b', 'f', 'a2', 'a10'])
})

test('sizes have a unit', () => {
  expect(sizeText(0, 'en')).toBe('0 bytes')
  expect(sizeText(1_500_000, 'en')).toBe('1.5 MB')
})

let notebook: Notebook
let place: HTMLElement
let root: Root
beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
  notebook = new Notebook(
    { path: 'a.ipynb', documentId: 'd', epoch: 'e', writable: true, role: 'owner' },
    'ws://127.0.0.1:9',
  )
})
afterEach(() => {
  act(() => root.unmount())
  void notebook.close()
  place.remove()
  vi.unstubAllGlobals()
})

async function show(session: ReturnType<typeof fakeSession>): Promise<Variables> {
  const variables = new Variables(session)
  await act(async () =>
    root.render(
      <NotebookContext value={{ ...accessTo(notebook, null), variables }}>
        <VariablesPanel />
      </NotebookContext>,
    ),
  )
  return variables
}
const status = () => place.querySelector('[role=status]')?.textContent ?? ''

test.each([
  [{ ok: true, content: { state: 'waits' } }, 'variables.waits'],
  [{ ok: true, content: { state: 'unsupported' } }, 'variables.unsupported'],
  [{ ok: false, reason: 'connection lost' }, 'variables.offline'],
  [known(1, []), 'variables.empty'],
] as const)('it says %o in words', async (answer, key) => {
  await show(fakeSession(answer))
  expect(status()).toContain(t(key))
})

test('it says that there is no kernel without asking for one', async () => {
  const session = fakeSession(known(1, []))
  session.view.set(noSession)
  await show(session)
  expect(status()).toContain(t('variables.none'))
  expect(session.asked).toEqual([])
})

test('a failure keeps the rows in sight and can be tried again', async () => {
  const session = fakeSession(known(1, [variable('kept')]), { ok: false, reason: 'odd' }, known(2, []))
  const variables = await show(session)
  await act(async () => variables.ask())
  expect(place.querySelector('[role=alert]')?.textContent).toContain('odd')
  expect(place.textContent).toContain('kept')
  await act(async () => place.querySelector<HTMLElement>('[role=alert] button')?.click())
  expect(status()).toBe(t('variables.count', { count: 1 }))
})

test('a row names type, shape, preview and size; arrows go from row to row', async () => {
  await show(
    fakeSession(
      known(1, [
        variable('frame', {
          type: 'pandas.DataFrame',
          shape: [3, 2],
          preview: 'x, y',
          size: 2000,
          running: true,
        }),
        variable('other'),
      ]),
    ),
  )
  const row = place.querySelector('li.variable')
  for (const part of ['frame', 'pandas.DataFrame', '3 × 2', 'x, y', '2 kB', t('variables.running')])
    expect(row?.textContent).toContain(part)
  const names = [...place.querySelectorAll<HTMLElement>('.variable-name')]
  act(() => names[0]?.focus())
  act(() => void names[0]?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true })))
  expect(document.activeElement).toBe(names[1])
  await act(async () => place.querySelectorAll<HTMLElement>('.variable-pin')[1]?.click())
  expect(place.querySelector('li.variable')?.textContent).toContain('other')
})
