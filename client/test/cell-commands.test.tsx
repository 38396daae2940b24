// @vitest-environment happy-dom
/** What commands do to cells: places, selection, folded sections, steps of undo. */
import {
  cellMetadata,
  cellOutputs,
  cellSource,
  cellsOf,
  findCell,
} from '@yesterday/server/contract/document.ts'
import { describe, expect, test } from 'vitest'
import { selectOne } from '../src/access/selection.ts'
import { perform } from '../src/notebook/perform.ts'
import { dialogs, fold, nameIn, openWords, texts, types } from './opened-words.ts'
import { staged } from './staged.tsx'

const stages = staged()
const { open } = stages
const opened = (words: string) => openWords(stages, words)

describe('inserting', () => {
  test.each([
    ['insertAbove', 'a * b c', 'command', 'code'],
    ['insertBelow', 'a b * c', 'command', 'code'],
    ['addCode', 'a b * c', 'edit', 'code'],
    ['addText', 'a b * c', 'edit', 'markdown'],
    ['addSql', 'a b * c', 'edit', 'code'],
  ] as const)('%s leads to %s, in mode %s', async (command, order, mode, type) => {
    const { notebook, ids, select, act, active } = await opened('a b c')
    select('b')
    act(command)
    expect(ids()).toBe(order)
    expect(nameIn('a b c')(active() ?? '')).toBe('*')
    expect(notebook.selection.get().mode).toBe(mode)
    expect(notebook.typeOf(active() ?? '')).toBe(type)
  })

  test('a SQL cell begins with its mark', async () => {
    const { notebook, select, act, active } = await opened('a')
    select('a')
    act('addSql')
    expect(notebook.sourceOf(active() ?? '')).toBe('%%sql\n')
  })

  test('below a folded heading is behind its section', async () => {
    const { notebook, ids, select, act } = await opened('#h a b #i c')
    fold(notebook, 'h')
    select('h')
    act('insertBelow')
    expect(ids()).toBe('h a b * i c')
  })
})

describe('deleting', () => {
  test('the selected cells go, and the cell in their place is active', async () => {
    const { ids, select, act, active } = await opened('a b c d')
    select('b', 'c')
    act('delete')
    expect(ids()).toBe('a d')
    expect(active()).toBe('d')
  })

  test('one undo brings them all back in their places, redo takes them again', async () => {
    const { notebook, ids, select, act } = await opened('a b c d')
    select('d', 'b')
    act('delete')
    expect(ids()).toBe('a')
    act('undo')
    expect(ids()).toBe('a b c d')
    expect(texts(notebook)).toEqual(['a', 'b', 'c', 'd'])
    act('redo')
    expect(ids()).toBe('a')
  })

  test('two deletions are two steps', async () => {
    const { ids, select, act } = await opened('a b c')
    select('a')
    act('delete')
    act('delete')
    expect(ids()).toBe('c')
    act('undoCells')
    expect(ids()).toBe('b c')
    act('undoCells')
    expect(ids()).toBe('a b c')
  })

  test('the last cell leaves an empty one, which is active', async () => {
    const { notebook, ids, select, act, active } = await opened('a')
    select('a')
    act('delete')
    expect(ids()).toBe('*')
    expect(texts(notebook)).toEqual([''])
    expect(active()).toBe(notebook.order.get()[0])
  })
})

describe('moving', () => {
  test('several cells move together, by one, and stop at the ends', async () => {
    const { ids, select, act, notebook } = await opened('a b c d')
    select('b', 'c')
    act('moveUp')
    expect(ids()).toBe('b c a d')
    act('moveUp')
    expect(ids()).toBe('b c a d')
    act('moveDown', 'moveDown', 'moveDown')
    expect(ids()).toBe('a d b c')
    expect(notebook.selected()).toEqual(['b', 'c'])
  })

  test('a folded section moves as one, and over a folded section in one step', async () => {
    const { notebook, ids, select, act } = await opened('#h a b #i c d')
    fold(notebook, 'h')
    fold(notebook, 'i')
    select('h')
    act('moveDown')
    expect(ids()).toBe('i c d h a b')
    act('moveUp')
    expect(ids()).toBe('h a b i c d')
  })

  test('a move keeps outputs and number', async () => {
    const output = { output_type: 'stream', name: 'stdout', text: 'shown' }
    const { notebook } = await open({ cells: [{ id: 'a', outputs: [output], count: 7 }, { id: 'b' }] })
    notebook.selection.set(selectOne('a'))
    perform('moveDown', notebook, dialogs)
    expect(notebook.order.get()).toEqual(['b', 'a'])
    const cell = findCell(notebook.doc, 'a')?.cell
    expect(cell?.get('execution_count')).toBe(7)
    expect(cell && cellOutputs(cell)?.toJSON()).toEqual([output])
  })
})

describe('merging', () => {
  test('one cell is joined with the one below', async () => {
    const { notebook, ids, select, act, active } = await opened('a b c')
    select('b')
    act('merge')
    expect(ids()).toBe('a b')
    expect(texts(notebook)).toEqual(['a', 'b\nc'])
    expect(active()).toBe('b')
  })

  test('several are joined into the first, whichever way they were selected', async () => {
    const { notebook, ids, select, act } = await opened('a b c d')
    select('c', 'a')
    act('merge')
    expect(ids()).toBe('a d')
    expect(texts(notebook)[0]).toBe('a\nb\nc')
    act('undo')
    expect(texts(notebook)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('the last cell alone stays as it is', async () => {
    const { notebook, select, act, active } = await opened('a b')
    select('b')
    act('merge')
    expect(texts(notebook)).toEqual(['a', 'b'])
    expect(active()).toBe('b')
  })

  test('without a selection nothing is joined', async () => {
    const { notebook, act } = await opened('a b c')
    notebook.selection.set(selectOne(null))
    act('merge')
    expect(texts(notebook)).toEqual(['a', 'b', 'c'])
  })
})

describe('types', () => {
  test.each([
    ['markdown', 'code markdown markdown code'],
    ['raw', 'code raw raw code'],
    ['heading2', 'code markdown markdown code'],
  ] as const)('%s counts for each selected cell', async (command, wanted) => {
    const { notebook, select, act } = await opened('a b c d')
    select('b', 'c')
    act(command)
    expect(types(notebook)).toBe(wanted)
    act('code')
    expect(types(notebook)).toBe('code code code code')
  })

  test('a heading has its marks once, and changes its level', async () => {
    const { notebook, select, act } = await opened('a')
    select('a')
    act('heading3')
    expect(texts(notebook)).toEqual(['### a'])
    act('heading1')
    expect(texts(notebook)).toEqual(['# a'])
  })

  test('id and metadata stay, outputs of code go', async () => {
    const cells = [
      { id: 'a', source: 'x', metadata: { tags: ['t'] }, outputs: [{ output_type: 'stream', text: 'o' }] },
    ]
    const { notebook } = await open({ cells, active: 'a' })
    perform('markdown', notebook, dialogs)
    const cell = findCell(notebook.doc, 'a')?.cell ?? expect.fail('the cell is gone')
    expect(cellMetadata(cell)?.toJSON()).toEqual({ tags: ['t'] })
    expect(cellOutputs(cell)).toBeNull()
    perform('code', notebook, dialogs)
    expect(cellSource(findCell(notebook.doc, 'a')?.cell ?? cell).toString()).toBe('x')
  })
})

describe('the selection', () => {
  test('goes by cells that are shown, and not over the ends', async () => {
    const { notebook, select, act, active } = await opened('#h a b #i')
    fold(notebook, 'h')
    select('h')
    act('next')
    expect(active()).toBe('i')
    act('next')
    expect(active()).toBe('i')
    act('previous', 'previous')
    expect(active()).toBe('h')
  })

  test('is extended from its anchor, over it as well', async () => {
    const { notebook, select, act } = await opened('a b c d')
    select('b')
    act('extendDown', 'extendDown')
    expect(notebook.selected()).toEqual(['b', 'c', 'd'])
    act('extendUp', 'extendUp', 'extendUp')
    expect(notebook.selected()).toEqual(['a', 'b'])
    act('selectAll')
    expect(notebook.selected()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('stays on a cell that another person moves, and goes on if they delete it', async () => {
    const { notebook, select, active } = await opened('a b c')
    select('b')
    notebook.doc.transact(() => cellsOf(notebook.doc).delete(0, 1), 'another person')
    expect(active()).toBe('b')
    notebook.doc.transact(() => cellsOf(notebook.doc).delete(0, 1), 'another person')
    expect(active()).toBe('c')
    notebook.doc.transact(() => cellsOf(notebook.doc).delete(0, 1), 'another person')
    expect(active()).toBeNull()
    expect(notebook.selected()).toEqual([])
  })

  test('a click with Shift selects from the anchor', async () => {
    const { notebook, select } = await opened('a b c')
    select('a')
    notebook.selectTo('c')
    expect(notebook.selected()).toEqual(['a', 'b', 'c'])
  })
})

describe('folding', () => {
  test('folds the heading; on a cell below it leads to it', async () => {
    const { notebook, select, act, active } = await opened('#h a b')
    select('b')
    act('foldHeading')
    expect([active(), notebook.visible()]).toEqual(['h', ['h', 'a', 'b']])
    act('foldHeading')
    expect(notebook.visible()).toEqual(['h'])
    act('openHeading')
    expect(notebook.visible()).toEqual(['h', 'a', 'b'])
  })

  test('a cell that is revealed is unfolded', async () => {
    const { notebook } = await opened('#h a b')
    fold(notebook, 'h')
    notebook.reveal('b')
    expect(notebook.visible()).toEqual(['h', 'a', 'b'])
  })

  test('sources and outputs of several cells fold together', async () => {
    const { notebook, select, act } = await opened('a b')
    notebook.folds.foldPart('a', 'outputs', true)
    select('a', 'b')
    act('toggleOutputs')
    const hidden = () =>
      cellsOf(notebook.doc).map((cell) => cellMetadata(cell)?.toJSON().jupyter?.outputs_hidden === true)
    expect(hidden()).toEqual([true, true])
    act('toggleOutputs')
    expect(hidden()).toEqual([false, false])
  })

  test('folding is no step of undo', async () => {
    const { notebook, ids, select, act } = await opened('#h a')
    select('a')
    act('insertBelow')
    fold(notebook, 'h')
    act('undo')
    expect(ids()).toBe('h a')
    expect(notebook.visible()).toEqual(['h'])
  })
})
