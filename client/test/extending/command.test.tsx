// @vitest-environment happy-dom
/** docs/extending/command.md: a command is one file and one line of the list. */
import { cellSource, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test, vi } from 'vitest'
import { selectOne } from '../../src/access/selection.ts'
import { CommandDialog } from '../../src/notebook/CommandDialog.tsx'
import { look } from '../../src/notebook/keys.ts'
import { Notebook } from '../../src/notebook/notebook.ts'
import { perform } from '../../src/notebook/perform.ts'
import { t } from '../../src/text/text.ts'

// The line.
vi.mock('../../src/notebook/commands.ts', async (original) => {
  const list = await original<typeof import('../../src/notebook/commands.ts')>()
  const { duplicate } = await import('./command/duplicate.ts')
  return { ...list, COMMANDS: [...list.COMMANDS, duplicate] }
})

vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const dialogs = { palette: () => {}, shortcuts: () => {}, confirmRestart: () => {} }

function notebookOf(writable: boolean): Notebook {
  const opened = {
    path: 'a.ipynb',
    documentId: 'd',
    epoch: 'e',
    writable,
    role: writable ? ('owner' as const) : ('viewer' as const),
  }
  const notebook = new Notebook(opened, 'ws://127.0.0.1:9')
  cellsOf(notebook.doc).insert(0, [makeCell({ id: 'a', type: 'code', source: '1' })])
  notebook.selection.set(selectOne('a'))
  return notebook
}

test.each([true, false])('key and palette have a new command, with its guard: writable %s', (writable) => {
  const notebook = notebookOf(writable)
  const { command } = look('', 'Shift-d', 'command')
  if (command === null) return expect.fail('the key is not there')
  perform(command, notebook, dialogs)
  const texts = cellsOf(notebook.doc).map((cell) => cellSource(cell).toString())
  expect(texts).toEqual(writable ? ['1', '1'] : ['1'])

  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  const props = { title: '', mac: false, onChoose: () => {}, onClose: () => {} }
  act(() => root.render(<CommandDialog {...props} notebook={notebook} />))
  const line = [...place.querySelectorAll('[role=option]')].find(({ textContent }) =>
    textContent?.startsWith(t('files.duplicate')),
  )
  expect(line?.querySelector('kbd')?.textContent).toBe(writable ? 'Shift-d' : undefined)
  act(() => root.unmount())
  place.remove()
  void notebook.close()
})
