// @vitest-environment happy-dom
/** Tags and metadata of cells: a dialog that writes what was changed, checked, as one step of undo. */
import { cellMetadata, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { selectOne } from '../src/access/selection.ts'
import { look } from '../src/notebook/keys.ts'
import { changeMetadata, readMetadata, tagsIn } from '../src/notebook/metadata/cell-metadata.ts'
import { MetadataDialog } from '../src/notebook/metadata/MetadataDialog.tsx'
import { hideMetadata, shownMetadata } from '../src/notebook/metadata/metadata-open.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { perform } from '../src/notebook/perform.ts'
import { useWatched } from '../src/state/use-watched.ts'
import { t } from '../src/text/text.ts'

const dialogs = { palette: () => {}, shortcuts: () => {}, confirmRestart: () => {} }
const ends: (() => unknown)[] = []
beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  hideMetadata()
  vi.unstubAllGlobals()
})

function notebookOf(metadata: readonly Record<string, unknown>[], role: 'owner' | 'viewer' = 'owner') {
  const opened = { path: 'a.ipynb', documentId: 'd', epoch: 'e', writable: role === 'owner', role }
  const notebook = new Notebook(opened, 'ws://127.0.0.1:9')
  const cells = metadata.map((one, at) => makeCell({ id: `c${at}`, type: 'code', metadata: one }))
  cellsOf(notebook.doc).insert(0, cells)
  notebook.selection.set(selectOne('c0'))
  ends.push(() => notebook.close())
  const kept = () => cells.map((cell) => cellMetadata(cell)?.toJSON())
  return { notebook, kept }
}

function Place({ notebook }: { readonly notebook: Notebook }) {
  const cells = useWatched(shownMetadata, (now) => now)
  return cells === null ? null : <MetadataDialog notebook={notebook} cells={cells} />
}

/** The dialog, opened by its key. */
async function shown(notebook: Notebook) {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  ends.push(async () => {
    await act(() => root.unmount())
    place.remove()
  })
  const { command } = look('', 'Shift-t', 'command')
  if (command === null) return expect.fail('the key is not there')
  act(() => perform(command, notebook, dialogs))
  await act(() => root.render(<Place notebook={notebook} />))
  const write = (field: HTMLInputElement | HTMLTextAreaElement, text: string) =>
    act(() => {
      const { prototype } = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement
      Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, text)
      field.dispatchEvent(new Event('input', { bubbles: true }))
    })
  const one = <E extends Element>(selector: string, type: new () => E): E => {
    const found = place.querySelector(selector)
    return found instanceof type ? found : expect.fail(`no ${selector}`)
  }
  return {
    chips: () => [...place.querySelectorAll('.tag-chips li')].map((chip) => chip.textContent),
    field: () => one('input', HTMLInputElement),
    json: () => one('textarea', HTMLTextAreaElement),
    write,
    enter: () =>
      act(() =>
        place
          .querySelector('input')
          ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })),
      ),
    click: (name: string) => act(() => one(`[aria-label="${name}"]`, HTMLButtonElement).click()),
    save: () => act(() => one('form', HTMLFormElement).dispatchEvent(new Event('submit', { bubbles: true }))),
    problem: () => place.querySelector('.metadata-problem')?.textContent,
    place,
  }
}

describe('the dialog', () => {
  test('tags and metadata of one cell are one step of undo', async () => {
    const before = { tags: ['a', 'b'], jupyter: { source_hidden: true }, x: 1 }
    const { notebook, kept } = notebookOf([before])
    const dialog = await shown(notebook)
    expect(dialog.chips()).toEqual(['a', 'b'])
    await dialog.click(t('metadata.remove', { name: 'a' }))
    expect(document.activeElement).toBe(dialog.field())
    await dialog.write(dialog.field(), 'c, d')
    await dialog.enter()
    expect(dialog.chips()).toEqual(['b', 'c', 'd'])
    await dialog.write(dialog.field(), 'e')
    await dialog.write(dialog.json(), '{"jupyter": {"source_hidden": true}, "y": [2]}')
    await dialog.save()
    expect(dialog.place.textContent).toBe('')
    const { jupyter } = before
    expect(kept()).toEqual([{ tags: ['b', 'c', 'd', 'e'], jupyter, y: [2] }])
    notebook.undo.undo()
    expect(kept()).toEqual([before])
  })

  test('several cells: a tag of some is shown so, and stays theirs unless it is changed', async () => {
    const { notebook, kept } = notebookOf([{ tags: ['all', 'some'] }, { tags: ['all'], x: 1 }, {}])
    notebook.selection.set({ anchor: 'c0', active: 'c1', mode: 'command' })
    const dialog = await shown(notebook)
    expect(dialog.chips()).toEqual(['all', t('metadata.partly', { name: 'some', count: 1, cells: 2 })])
    expect(dialog.place.querySelector('textarea')).toBeNull()
    await dialog.click(t('metadata.remove', { name: 'all' }))
    await dialog.write(dialog.field(), 'new')
    await dialog.save()
    expect(kept()).toEqual([{ tags: ['some', 'new'] }, { tags: ['new'], x: 1 }, {}])
    const again = await shown(notebook)
    await again.write(again.field(), 'some')
    await again.enter()
    await again.save()
    expect(kept()[1]).toEqual({ tags: ['new', 'some'], x: 1 })
  })

  test('what another person changed meanwhile stays', async () => {
    const { notebook, kept } = notebookOf([{ tags: ['a'], x: 1, y: 1 }])
    const dialog = await shown(notebook)
    const others = { added: ['theirs'], removed: [], members: new Map([['y', 2]]) }
    changeMetadata(notebook, ['c0'], others)
    await dialog.write(dialog.json(), '{"x": 5, "y": 1}')
    await dialog.click(t('metadata.remove', { name: 'a' }))
    await dialog.save()
    expect(kept()).toEqual([{ tags: ['theirs'], x: 5, y: 2 }])
  })

  test('what is no metadata is refused, with the reason', async () => {
    const { notebook, kept } = notebookOf([{ x: 1 }])
    const dialog = await shown(notebook)
    await dialog.write(dialog.json(), '[1]')
    expect(dialog.problem()).toBe(t('metadata.why.object'))
    expect(dialog.json().getAttribute('aria-invalid')).toBe('true')
    await dialog.save()
    expect(kept()).toEqual([{ x: 1 }])
    expect(dialog.json().value).toBe('[1]')
  })

  test('a viewer reads', async () => {
    const { notebook } = notebookOf([{ tags: ['a'], x: 1 }], 'viewer')
    const dialog = await shown(notebook)
    expect(dialog.chips()).toEqual(['a'])
    expect(dialog.json().readOnly).toBe(true)
    const buttons = [...dialog.place.querySelectorAll('button')].map(({ textContent }) => textContent)
    expect(buttons).toEqual([t('app.close')])
    expect(dialog.place.querySelector('input')).toBeNull()
  })
})

const nested = (levels: number): string => `{"x": ${'['.repeat(levels)}${']'.repeat(levels)}}`

test.each([
  ['{', { why: 'syntax' }],
  ['null', { why: 'object' }],
  ['{"tags": []}', { why: 'tags' }],
  [`{"x": "${'y'.repeat(100_000)}"}`, { why: 'long' }],
  [nested(40), { why: 'depth', name: 'x' }],
  [nested(40_000), { why: 'depth', name: 'x' }],
  ['{"x": [12345678901234567890]}', { why: 'number', name: 'x' }],
  ['{"x": 1e999}', { why: 'number', name: 'x' }],
  ['{"jupyter": {"source_hidden": 1}}', { why: 'member', name: 'jupyter' }],
  ['{"scrolled": "yes"}', { why: 'member', name: 'scrolled' }],
  ['{"name": ""}', { why: 'member', name: 'name' }],
])('%.40s is refused', (text, problem) => {
  const read = readMetadata(text, '{}')
  expect(read.ok ? null : read.problem).toMatchObject(problem)
})

test('only what was changed is checked and written', () => {
  const read = readMetadata(
    '{"big": 12345678901234567890, "x": [1.5, "é", null]}',
    '{"big": 12345678901234567890, "y": 1}',
  )
  expect(read).toEqual({
    ok: true,
    members: new Map<string, unknown>([
      ['x', [1.5, 'é', null]],
      ['y', undefined],
    ]),
  })
})

test('names that objects have already, and names of this program, are kept', async () => {
  const { notebook, kept } = notebookOf([{}])
  const text = '{"__proto__": {"constructor": 1}, "yesterday.object": 2}'
  const read = readMetadata(text, '{}')
  if (!read.ok) return expect.fail(read.problem.why)
  changeMetadata(notebook, ['c0'], { added: [], removed: [], members: read.members })
  expect(Object.keys(kept()[0] ?? {})).toEqual(['yesterday.key:__proto__', 'yesterday.key:yesterday.object'])
  const dialog = await shown(notebook)
  expect(dialog.json().value).toBe(JSON.stringify(JSON.parse(text), null, 2))
})

test('tags are parted by commas', () => {
  expect(tagsIn(' a ,b,, a,c d')).toEqual(['a', 'b', 'c d'])
})
