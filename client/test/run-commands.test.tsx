// @vitest-environment happy-dom
/** Which cells commands run, and what a reader cannot do by any command. */
import { cellsOf } from '@yesterday/server/contract/document.ts'
import { describe, expect, test, vi } from 'vitest'
import type { NotebookFixture } from '../gallery/fixture.ts'
import { COMMANDS } from '../src/notebook/commands.ts'
import type { Notebook } from '../src/notebook/notebook.ts'
import { perform } from '../src/notebook/perform.ts'
import { t } from '../src/text/text.ts'
import { dialogs, fold, openWords } from './opened-words.ts'
import { noticeTexts, staged } from './staged.tsx'

const stages = staged()
const opened = (words: string, over: Partial<NotebookFixture> = {}) => openWords(stages, words, over)

describe('running', () => {
  const sentBy = (notebook: Notebook) => {
    const command = vi.spyOn(notebook, 'command').mockReturnValue()
    return () => command.mock.calls.map(([request]) => request)
  }

  test('goes on to the next cell; behind the last one a new one is made', async () => {
    const { notebook, ids, select, act, active } = await opened('a b')
    const sent = sentBy(notebook)
    select('a')
    act('run')
    expect(active()).toBe('b')
    act('run')
    expect(ids()).toBe('a b *')
    expect(notebook.selection.get().mode).toBe('edit')
    expect(sent()).toEqual([
      { type: 'run', cells: ['a'] },
      { type: 'run', cells: ['b'] },
    ])
  })

  test('text cells are not sent', async () => {
    const { notebook, select, act, active } = await opened('#h a')
    const sent = sentBy(notebook)
    select('h')
    act('run')
    expect([sent(), active()]).toEqual([[], 'a'])
    select('h', 'a')
    act('runStay')
    expect(sent()).toEqual([{ type: 'run', cells: ['a'] }])
  })

  test('a folded section runs as a whole', async () => {
    const { notebook, select, act } = await opened('#h a b #i c')
    const sent = sentBy(notebook)
    fold(notebook, 'h')
    select('h')
    act('run')
    expect(sent()).toEqual([{ type: 'run', cells: ['a', 'b'] }])
  })

  test('above, below and all are parts of the order', async () => {
    const { notebook, select, act } = await opened('a b c')
    const sent = sentBy(notebook)
    select('b')
    act('runAbove', 'runBelow', 'runAll')
    expect(sent().map((one) => 'cells' in one && one.cells)).toEqual([['a'], ['b', 'c'], ['a', 'b', 'c']])
  })

  test('running what is stale says when there is nothing', async () => {
    const { notebook, act } = await opened('a b c')
    const sent = sentBy(notebook)
    act('runStale')
    expect(noticeTexts()).toEqual([t('stale.none')])
    expect(sent()).toEqual([])
  })

  test('a restart is confirmed, and runs the code cells alone', async () => {
    const { notebook, act } = await opened('#h a b')
    const sent = sentBy(notebook)
    dialogs.confirmRestart.mockReset()
    act('restartRunAll')
    expect(sent()).toEqual([])
    dialogs.confirmRestart.mock.calls[0]?.[0]()
    expect(sent()).toEqual([{ type: 'restart', run: ['a', 'b'] }])
  })
})

test('a reader changes nothing by any command', async () => {
  Object.assign(document, { execCommand: () => true })
  vi.spyOn(window, 'open').mockReturnValue(null)
  vi.stubGlobal('print', () => undefined)
  const { notebook, select } = await opened('#h a b', { writable: false })
  const before = JSON.stringify(cellsOf(notebook.doc).toJSON())
  const command = vi.spyOn(notebook, 'command').mockReturnValue()
  for (const { id } of COMMANDS) {
    select('a', 'b')
    perform(id, notebook, dialogs)
  }
  expect(JSON.stringify(cellsOf(notebook.doc).toJSON())).toBe(before)
  expect(command).not.toHaveBeenCalled()
})
