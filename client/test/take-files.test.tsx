// @vitest-environment happy-dom
/** Files of the tree that are dropped on cells, or chosen in the menu: a cell with code that reads them. */
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { Stage } from '../gallery/stage.tsx'
import { EditorPool } from '../src/editor/editor-pool.ts'
import { FileRow } from '../src/files/FileRow.tsx'
import { DRAGGED_FILE, fileUse } from '../src/files/file-use.ts'
import { takeFiles } from '../src/notebook/reading/read-file.ts'

afterEach(() => vi.restoreAllMocks())

function dragged(type: string, path: string): DragEvent {
  const data = { types: [DRAGGED_FILE], getData: () => path, setData: () => undefined }
  return Object.assign(new Event(type, { bubbles: true, cancelable: true }), { dataTransfer: data }) as never
}

async function staged() {
  vi.spyOn(EditorPool.prototype, 'load').mockReturnValue(new Promise(() => {}))
  const stage = await Stage.enter({
    draw: () => null,
    notebook: { cells: [{ id: 'one' }, { id: 'two' }], active: 'two' },
  })
  const list = document.body.appendChild(document.createElement('div'))
  list.innerHTML =
    '<article class="cell" id="cell-one"><p>code</p></article><article class="cell" id="cell-two"></article>'
  const stop = takeFiles(stage.notebook, list)
  const leave = async (): Promise<void> => {
    stop()
    list.remove()
    await stage.leave()
  }
  return { notebook: stage.notebook, list, stop, leave }
}

const sources = (notebook: Stage['notebook']): readonly string[] =>
  notebook.order.get().map((id) => notebook.sourceOf(id))

test('a file that is dropped on a cell is read by a new one behind it', async () => {
  const { notebook, list, leave } = await staged()
  const over = dragged('dragover', '')
  list.querySelector('p')?.dispatchEvent(over)
  expect([over.defaultPrevented, list.querySelector('#cell-one')?.getAttribute('data-drop')]).toEqual([
    true,
    'below',
  ])
  list.querySelector('p')?.dispatchEvent(dragged('drop', 'data/a.csv'))
  expect(list.querySelector('[data-drop]')).toBeNull()
  expect(sources(notebook)[1]).toContain("a = pd.read_csv('data/a.csv')")
  expect(notebook.order.get()).toHaveLength(3)
  await leave()
})

test('beside the cells it is read at the end; other drags are left alone', async () => {
  const { notebook, list, leave } = await staged()
  list.dispatchEvent(dragged('drop', 'b.txt'))
  expect(sources(notebook).at(-1)).toContain("Path('b.txt').read_text()")
  const other = Object.assign(new Event('dragover', { bubbles: true, cancelable: true }), {
    dataTransfer: { types: ['text/plain'] },
  })
  list.dispatchEvent(other)
  expect(other.defaultPrevented).toBe(false)
  await leave()
})

test('the menu of a file offers it while a notebook is shown that may be changed', async () => {
  const { notebook, stop, leave } = await staged()
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  const nothing = (): undefined => undefined
  const entry = {
    name: 'a.csv',
    path: 'a.csv',
    type: 'file',
    size: 1,
    modified: '2026-01-01T00:00:00.000Z',
  } as const
  root.render(
    <FileRow
      row={{ type: 'entry', entry: { ...entry, writable: true }, depth: 1, open: false }}
      {...{ selected: false, tabStop: true, renaming: false }}
      {...{ onFocus: nothing, onActivate: nothing, onRename: nothing, onAsk: nothing }}
    />,
  )
  HTMLElement.prototype.hidePopover ??= nothing
  const item = () =>
    [...place.querySelectorAll('button')].find((one) => one.textContent === 'Insert code that reads it')
  await vi.waitFor(() => expect(item()).toBeDefined())
  item()?.click()
  expect(sources(notebook).at(-1)).toContain('pd.read_csv')
  stop()
  await vi.waitFor(() => expect(item()).toBeUndefined())
  expect(fileUse.get()).toBeNull()
  root.unmount()
  place.remove()
  await leave()
})
