/** Undo reverts a word, a line or a deletion, never more than one of them. */
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { beginsStep, type TextEdit } from '../src/notebook/undo-steps.ts'

/** A text with undo as the notebook has it. Nothing waits: time never cuts. */
function typed() {
  const doc = new Y.Doc()
  const text = doc.getText('a')
  const origin = {}
  const undo = new Y.UndoManager(text, { trackedOrigins: new Set([origin]), captureTimeout: 1e9 })
  let last: TextEdit | null = null
  const edit = (offset: number, removed: number, inserted: string): void => {
    const next = { cell: 'a', offset, removed, inserted }
    if (beginsStep(last, next)) undo.stopCapturing()
    last = next
    doc.transact(() => {
      text.delete(offset, removed)
      text.insert(offset, inserted)
    }, origin)
  }
  const type = (words: string, at = text.length): void => {
    for (const [index, char] of [...words].entries()) edit(at + index, 0, char)
  }
  const back = (): readonly string[] => {
    const seen = [text.toString()]
    while (undo.undo() !== null) seen.push(text.toString())
    return seen
  }
  return { edit, type, back }
}

test('typing is undone word by word and line by line', () => {
  const { type, back } = typed()
  type('total = sum(x)\nprint(total)')
  expect(back()).toEqual(['total = sum(x)\nprint(total)', 'total = sum(x)', 'total =', 'total', ''])
})

test('spaces in a row are one step with the word behind them', () => {
  const { type, back } = typed()
  type('a    b')
  expect(back()).toEqual(['a    b', 'a', ''])
})

test('typing elsewhere, deleting, and typing again are steps of their own', () => {
  const { edit, type, back } = typed()
  type('word')
  type('x', 0)
  edit(4, 1, '')
  edit(3, 1, '')
  type('y', 3)
  expect(back()).toEqual(['xwoy', 'xwo', 'xword', 'word', ''])
})

test('a bracket that the editor closed belongs to the word; a paste does not', () => {
  const { edit, back } = typed()
  edit(0, 0, 'f')
  edit(1, 0, '()')
  edit(2, 0, 'x')
  edit(3, 0, 'y'.repeat(100))
  expect(back()).toEqual([`f(x${'y'.repeat(100)})`, 'f(x)', ''])
})

test('another cell begins another step', () => {
  expect(
    beginsStep(
      { cell: 'a', offset: 0, removed: 0, inserted: 'x' },
      { cell: 'b', offset: 1, removed: 0, inserted: 'y' },
    ),
  ).toBe(true)
})
