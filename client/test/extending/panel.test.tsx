// @vitest-environment happy-dom
/** docs/extending/panel.md: a panel is one file and one line of the list. */
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NotebookContext } from '../../src/access/context.ts'
import { accessTo } from '../../src/notebook/access.ts'
import { CommandDialog } from '../../src/notebook/CommandDialog.tsx'
import { look } from '../../src/notebook/keys.ts'
import { Notebook } from '../../src/notebook/notebook.ts'
import { perform } from '../../src/notebook/perform.ts'
import { Toolbar } from '../../src/notebook/Toolbar.tsx'
import { PanelPlace } from '../../src/panels/PanelPlace.tsx'
import { LEAST, panelWidth, setPanelWidth } from '../../src/panels/width.ts'
import { t } from '../../src/text/text.ts'

// The line.
vi.mock('../../src/panels/panels.ts', async (original) => {
  const list = await original<typeof import('../../src/panels/panels.ts')>()
  const { notes } = await import('./panel/notes.tsx')
  return { PANELS: [...list.PANELS, notes] }
})

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const dialogs = { palette: () => {}, shortcuts: () => {}, confirmRestart: () => {} }
let notebook: Notebook
let place: HTMLElement
let root: Root
beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
  const opened = { path: 'a.ipynb', documentId: 'd', epoch: 'e', writable: true, role: 'owner' as const }
  notebook = new Notebook(opened, 'ws://127.0.0.1:9')
  act(() =>
    root.render(
      <NotebookContext value={accessTo(notebook, null)}>
        <Toolbar notebook={notebook} dialogs={dialogs} />
        <PanelPlace open={notebook.panels} />
      </NotebookContext>,
    ),
  )
})
afterEach(() => {
  act(() => root.unmount())
  void notebook.close()
  place.remove()
  vi.unstubAllGlobals()
})

const panel = () => place.querySelector<HTMLElement>('section.panel')
const button = () =>
  [...place.querySelectorAll<HTMLElement>('.panel-button')].find(
    ({ textContent }) => textContent === t('outline.contents'),
  ) ?? expect.fail('the panel has no button')
/** With the code of lazy panels. */
const settle = (change: () => void): Promise<void> => act(async () => change())
const press = (element: Element | null, key: string): void =>
  act(() => void element?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })))

test('its button opens it with the focus inside; Escape closes it and gives the focus back', async () => {
  button().focus()
  act(() => button().click())
  expect(button().getAttribute('aria-expanded')).toBe('true')
  expect(panel()?.querySelector('h2')).toBe(document.activeElement)
  press(panel()?.querySelector('textarea') ?? null, 'Escape')
  expect(panel()).toBeNull()
  await vi.waitFor(() => expect(document.activeElement).toBe(button()))
})

test('the button in its head closes it', () => {
  act(() => button().click())
  act(() =>
    panel()
      ?.querySelector<HTMLElement>(`[aria-label="${t('panel.close')}"]`)
      ?.click(),
  )
  expect(panel()).toBeNull()
  expect(button().getAttribute('aria-expanded')).toBe('false')
})

test('its key and the palette open it, and one panel is open at a time', async () => {
  const { command } = look('', 'n', 'command')
  if (command === null) return expect.fail('the key is not there')
  await settle(() => perform(command, notebook, dialogs))
  expect(panel()?.getAttribute('aria-label')).toBe(t('outline.contents'))
  await settle(() => notebook.past.go({ at: 'checkpoints' }))
  expect(place.querySelectorAll('section.panel')).toHaveLength(1)
  expect(panel()?.getAttribute('aria-label')).toBe(t('history.title'))
  await settle(() => perform(command, notebook, dialogs))
  expect(notebook.past.state.get()).toMatchObject({ open: false, view: { at: 'checkpoints' } })
  await settle(() => perform(command, notebook, dialogs))
  expect(panel()).toBeNull()

  const props = { title: '', mac: false, onChoose: () => {}, onClose: () => {} }
  act(() => root.render(<CommandDialog {...props} notebook={notebook} />))
  const lines = [...place.querySelectorAll('[role=option]')].map(({ textContent }) => textContent)
  expect(lines).toContain(`${t('outline.contents')}n`)
  expect(lines).toContain(t('command.history'))
})

test('all panels have one width, which keys change and the browser remembers', async () => {
  setPanelWidth(400)
  act(() => button().click())
  const edge = () => panel()?.querySelector('[role=separator]') ?? null
  press(edge(), 'ArrowLeft')
  expect(panelWidth.get()).toBe(416)
  await settle(() => notebook.panels.toggle('history'))
  expect(edge()?.getAttribute('aria-valuenow')).toBe('416')
  press(edge(), 'ArrowRight')
  expect(document.documentElement.style.getPropertyValue('--panel-width')).toBe('400px')
  expect(localStorage.getItem('yesterday.panelWidth')).toBe('400')
  for (const [asked, given] of [
    [1, LEAST],
    [Number.NaN, 380],
  ] as const) {
    setPanelWidth(asked)
    expect(panelWidth.get()).toBe(given)
  }
})
