// @vitest-environment happy-dom
/** Buttons, keys and the palette are made of one list, and have the same guards. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cellMetadata, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { selectOne } from '../src/access/selection.ts'
import { CommandDialog } from '../src/notebook/CommandDialog.tsx'
import type { Command } from '../src/notebook/command.ts'
import { isWritable } from '../src/notebook/command.ts'
import { COMMANDS, type CommandName } from '../src/notebook/commands.ts'
import { keyWords, look } from '../src/notebook/keys.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { perform } from '../src/notebook/perform.ts'
import { Toolbar } from '../src/notebook/Toolbar.tsx'
import { t } from '../src/text/text.ts'

// A new cell asks for the editor, whose parts would still load when the tests are over.
vi.mock('../src/editor/monaco.ts', () => ({ paint: () => {}, readingOptions: () => ({}) }))

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const dialogs = { palette: vi.fn(), shortcuts: vi.fn(), confirmRestart: vi.fn() }
let root: Root
let place: HTMLElement
let open: Notebook[] = []
beforeEach(() => {
  // A browser has it.
  Object.assign(document, { execCommand: () => true })
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))
  vi.stubGlobal('print', () => undefined)
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
})
afterEach(() => {
  act(() => root.unmount())
  for (const notebook of open) void notebook.close()
  open = []
  place.remove()
  vi.unstubAllGlobals()
})

/** A heading with two cells under it, and a cell of the next section; the first is active. */
function notebookOf({ writable = true, isFolded = false }): Notebook {
  const opened = {
    path: 'a.ipynb',
    documentId: 'd',
    epoch: 'e',
    writable,
    role: 'owner' as const,
  }
  const notebook = new Notebook(opened, 'ws://127.0.0.1:9')
  open.push(notebook)
  const cell = (id: string, source: string) =>
    makeCell({ id, type: source.startsWith('#') ? 'markdown' : 'code', source })
  cellsOf(notebook.doc).insert(0, [cell('h', '# A'), cell('a', '1'), cell('b', '2'), cell('i', '# B')])
  if (isFolded) cellMetadata(cellsOf(notebook.doc).get(0))?.set('jp-MarkdownHeadingCollapsed', true)
  notebook.selection.set(selectOne('h'))
  return notebook
}

const kinds = (notebook: Notebook): string =>
  cellsOf(notebook.doc)
    .map((cell) =>
      ['h', 'a', 'b', 'i'].includes(String(cell.get('id'))) ? cell.get('id') : cell.get('cell_type'),
    )
    .join(' ')

const drawToolbar = (notebook: Notebook): void =>
  act(() => root.render(<Toolbar notebook={notebook} dialogs={dialogs} />))

const button = (command: CommandName) =>
  place.querySelector<HTMLButtonElement>(`[data-command="${command}"]`) ?? expect.fail(command)

test('the toolbar inserts behind a folded section, as the key does', () => {
  const [byButton, byKey] = [notebookOf({ isFolded: true }), notebookOf({ isFolded: true })]
  drawToolbar(byButton)
  act(() => button('addCode').click())
  perform(look('', 'b', 'command').command ?? 'find', byKey, dialogs)
  expect(kinds(byButton)).toBe('h a b code i')
  expect(kinds(byKey)).toBe(kinds(byButton))
  act(() => button('addText').click())
  expect(kinds(byButton)).toBe('h a b code markdown i')
})

test('nothing in the toolbar inserts into a notebook that is read only', () => {
  const notebook = notebookOf({ writable: false })
  drawToolbar(notebook)
  for (const command of ['addCode', 'addText'] as const) {
    expect(button(command).disabled).toBe(true)
    act(() => button(command).click())
  }
  expect(kinds(notebook)).toBe('h a b i')
})

test.each(COMMANDS.map(({ id }) => id))('%s changes nothing in a notebook that is read only', (id) => {
  const notebook = notebookOf({ writable: false })
  notebook.selection.set(selectOne('a'))
  const before = JSON.stringify(cellsOf(notebook.doc))
  perform(id, notebook, dialogs)
  expect(JSON.stringify(cellsOf(notebook.doc))).toBe(before)
})

test('the palette has every command that is possible, and no other', () => {
  const lines = (writable: boolean): readonly string[] => {
    const notebook = notebookOf({ writable })
    const props = { title: '', mac: false, onChoose: () => {}, onClose: () => {} }
    act(() => root.render(<CommandDialog key={String(writable)} {...props} notebook={notebook} />))
    return [...place.querySelectorAll('[role=option] span')].map((line) => line.textContent ?? '')
  }
  // There is one side, and nothing was closed.
  const oneSide: readonly string[] = ['otherSide', 'closeBeside', 'reopenClosed']
  const possible = COMMANDS.filter(({ id }) => !oneSide.includes(id))
  expect(lines(true)).toEqual(possible.map(({ label }) => t(label)))
  const fixed = possible.filter((command) => !('when' in command) || command.when !== isWritable)
  expect(lines(false)).toEqual(fixed.map(({ label }) => t(label)))
})

test('each id, label and key is there once', () => {
  const list: readonly Command[] = COMMANDS
  const places = list
    .flatMap(({ keys = [] }) => keys)
    .flatMap(({ keys, where }) =>
      (where === 'both' || where === 'page' ? ['command', 'edit'] : [where]).map((mode) => `${mode} ${keys}`),
    )
  for (const names of [COMMANDS.map(({ id }) => id), COMMANDS.map(({ label }) => t(label)), places])
    expect(names.filter((one, at) => names.indexOf(one) !== at)).toEqual([])
})

test('a button shows the keys of its command', () => {
  drawToolbar(notebookOf({}))
  expect(button('run').title).toBe(`${t('command.run')} (Shift-Enter)`)
  expect(button('run').textContent).toBe(t('notebook.run'))
})

test('docs/keys.md has every command with its keys', () => {
  const rows = COMMANDS.map(({ id, label }) => {
    const keys = keyWords(id, false)
    return `| ${t(label)} | ${
      keys === ''
        ? ''
        : keys
            .split(', ')
            .map((key) => `\`${key}\``)
            .join(', ')
    } |`
  })
  const page = readFileSync(join(import.meta.dirname, '../../docs/keys.md'), 'utf8')
  expect(page.split('\n').filter((line) => /^\| [A-Z]/.test(line))).toEqual(rows)
})
