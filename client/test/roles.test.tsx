// @vitest-environment happy-dom
/** What each role sees of a notebook: nothing that the server would refuse. */
import { cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import type { Role } from '@yesterday/server/contract/route.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { selectOne } from '../src/access/selection.ts'
import { COMMANDS, type CommandName } from '../src/notebook/commands.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { isPossible } from '../src/notebook/perform.ts'
import { Toolbar } from '../src/notebook/Toolbar.tsx'

const dialogs = { palette: () => {}, shortcuts: () => {}, confirmRestart: () => {} }
const place = document.createElement('div')
let root: Root
let notebook: Notebook | null = null
beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  document.body.append(place)
  root = createRoot(place)
})
afterEach(async () => {
  await act(() => root.unmount())
  await notebook?.close()
  vi.unstubAllGlobals()
})

function open(role: Role): Notebook {
  const writable = role !== 'viewer' && role !== 'commenter'
  const opened = new Notebook(
    { path: 'a.ipynb', documentId: 'd', epoch: 'e', writable, role },
    'ws://127.0.0.1:9',
  )
  cellsOf(opened.doc).insert(0, [makeCell({ id: 'a', type: 'code', source: '1' })])
  opened.selection.set(selectOne('a'))
  notebook = opened
  return opened
}

const RUN = [
  'interrupt',
  'restart',
  'restartRunAll',
  'shutdown',
  'runAll',
  'runAbove',
  'runBelow',
  'runStale',
] as const
const EDIT = [
  'insertAbove',
  'delete',
  'paste',
  'merge',
  'clear',
  'clearAll',
  'undo',
  'redo',
  'replace',
] as const

test.each([
  ['viewer', false, false],
  ['commenter', false, false],
  ['editor', true, false],
  ['runner', true, true],
  ['owner', true, true],
] as const)('%s: edits %s, runs %s', async (role, edits, runs) => {
  const opened = open(role)
  const possible = (ids: readonly CommandName[]) => ids.filter((id) => isPossible(id, opened))
  expect(possible(EDIT)).toEqual(edits ? EDIT : [])
  expect(possible(RUN)).toEqual(runs ? RUN : [])
  const sent = vi.spyOn(opened, 'command').mockReturnValue()
  opened.run(['a'])
  expect(sent).toHaveBeenCalledTimes(runs ? 1 : 0)
  await act(() => root.render(<Toolbar notebook={opened} dialogs={dialogs} />))
  const shown = [...place.querySelectorAll<HTMLElement>('[data-command]')].map(
    ({ dataset }) => dataset.command,
  )
  expect(shown.includes('addCode')).toBe(edits)
  expect(shown.includes('run')).toBe(runs)
  expect(place.querySelector('.role-mark') !== null).toBe(!runs)
})

test('each command that the notebook has is of the list', () => {
  const ids: readonly string[] = COMMANDS.map(({ id }) => id)
  expect([...RUN, ...EDIT].filter((id) => !ids.includes(id))).toEqual([])
})
