// @vitest-environment happy-dom
/** The value viewer: the form of each value, trees that open a level at a time, and why a value is not shown. */
import type { ValueAsk } from '@yesterday/server/contract/variables.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NotebookContext } from '../src/access/context.ts'
import { accessTo } from '../src/notebook/access.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { differences } from '../src/panels/variables/ValueHistory.tsx'
import { ValueView } from '../src/panels/variables/ValueView.tsx'
import type { Answer, CommandRequest } from '../src/session/session-socket.ts'
import { Values } from '../src/session/values.ts'
import { t } from '../src/text/text.ts'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const entry = (more: object = {}) => ({ type: 'dict', group: 'value', ...more })
const known = (value: object): Answer => ({ ok: true, content: { state: 'known', value } })

/** Values that are answered by question. */
function answering(answers: Partial<Record<ValueAsk['ask'], Answer | ((of: ValueAsk) => Answer)>>) {
  const asked: ValueAsk[] = []
  const send = async (request: CommandRequest): Promise<Answer> => {
    if (request.type !== 'value' && request.type !== 'computeValue') return expect.fail(request.type)
    asked.push(request.of)
    const answer = answers[request.of.ask]
    if (answer === undefined) return { ok: false, reason: `no answer to ${request.of.ask}` }
    return typeof answer === 'function' ? answer(request.of) : answer
  }
  return { asked, values: new Values({ send }) }
}

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

const show = (values: Values, path: readonly number[] = []) =>
  act(async () =>
    root.render(
      <NotebookContext value={{ ...accessTo(notebook, null), values }}>
        <ValueView name="v" path={path} />
      </NotebookContext>,
    ),
  )

test.each([
  ['gone', 'value.gone'],
  ['secret', 'value.secret'],
  ['waits', 'value.waits'],
] as const)('a value that is %s is not shown, and the reason is', async (reason, key) => {
  const { values } = answering({ head: { ok: true, content: { state: 'refused', reason, detail: '' } } })
  await show(values)
  expect(place.querySelector('[role=alert]')?.textContent).toContain(t(key))
})

test('no connection, and a malformed answer, are said too; it can be tried again', async () => {
  let answer: Answer = { ok: false, reason: 'connection lost' }
  const { values, asked } = answering({ head: () => answer })
  await show(values)
  expect(place.textContent).toContain(t('value.offline'))
  answer = known({ form: 'tree', entry: 5 })
  const again = () => act(async () => place.querySelector<HTMLElement>('[role=alert] button')?.click())
  await again()
  expect(place.querySelector('[role=alert]')).not.toBeNull()
  answer = known({ form: 'none', entry: entry({ preview: 'here' }) })
  await again()
  expect(place.querySelector('pre')?.textContent).toBe('here')
  expect(asked).toHaveLength(3)
})

test('a tree reads a branch when it is opened; arrow keys move in it', async () => {
  const children = (of: ValueAsk) =>
    of.path.length === 0
      ? known({
          count: 2,
          children: [
            { key: "['a']", entry: entry({ type: 'list', opens: 'tree' }) },
            { key: "['b']", entry: entry({ type: 'int', preview: '5' }) },
          ],
        })
      : known({ count: 300, children: [{ key: '[0]', entry: entry({ type: 'str', preview: "'deep'" }) }] })
  const { values, asked } = answering({ head: known({ form: 'tree', entry: entry(), count: 2 }), children })
  await show(values)
  expect(asked.filter(({ ask }) => ask === 'children')).toHaveLength(1)
  const node = place.querySelector<HTMLElement>('.value-node')
  act(() => node?.focus())
  const press = (key: string) =>
    act(
      async () =>
        void document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
        ),
    )
  await press('ArrowRight')
  expect(place.textContent).toContain("'deep'")
  expect(place.textContent).toContain(t('variables.more', { count: 299 }))
  expect(asked.at(-1)).toMatchObject({ ask: 'children', path: [0] })
  await press('ArrowDown')
  expect(document.activeElement?.textContent).toContain('[0]')
  await press('ArrowUp')
  await press('ArrowLeft')
  expect(place.textContent).not.toContain("'deep'")
})

test('a picture has its size as words; an array can be shown as one', async () => {
  const { values } = answering({
    head: known({ form: 'image', entry: entry() }),
    picture: known({ picture: { png: 'AAAA', width: 4, height: 3 } }),
  })
  await show(values)
  expect(place.querySelector('img')?.alt).toBe(t('value.pictureOf', { name: 'v', width: 4, height: 3 }))
})

test('a long text says how much of it is shown', async () => {
  const { values } = answering({ head: known({ form: 'text', entry: entry(), text: 'abc', count: 9 }) })
  await show(values)
  expect(place.textContent).toContain(t('value.textCut', { shown: 3, count: 9 }))
})

test('what differs between two versions is named, by column as well', () => {
  const edge = {
    kind: 'variable' as const,
    name: 'v',
    version: '1',
    digest: 'sha256:1',
    edge: 'observed' as const,
    by: null,
    makers: [],
    parts: null,
    reason: null,
    type: 'pandas.DataFrame',
    shape: [2, 1],
    schema: [['x', 'int64'] as [string, string]],
    size: 16,
    preview: null,
    deleted: false,
    query: null,
    facets: null,
    value: null,
  }
  const later = { ...edge, shape: [3, 1], schema: [['x', 'float64'] as [string, string]], digest: 'sha256:2' }
  expect(differences({ edge }, { edge: later })).toEqual([
    [t('value.shape'), '2 × 1', '3 × 1'],
    [t('value.columnOf', { name: 'x' }), 'int64', 'float64'],
    [t('value.digest'), 'sha256:1', 'sha256:2'],
  ])
  expect(differences({ edge }, { edge })).toEqual([])
})
