/** Cells and attachments as they go by the clipboard; typing in a cell that a colleague moves. */
import { cellOutputs, cellSource, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { attachmentUrl, readAttachments } from '../src/markdown/attachments.ts'
import { attach, attachmentName, imageReference } from '../src/notebook/attach.ts'
import { CellEdits } from '../src/notebook/cell-edits.ts'
import {
  plainText,
  readCells,
  storedValues,
  withoutOutputsOf,
  writeCells,
} from '../src/notebook/clipboard/cells-data.ts'
import { lostTyping } from '../src/notebook/keep-typing.ts'
import { applyEdit } from '../src/room/merge-text.ts'

const digest = `sha256:${'a'.repeat(64)}`
const stored = { 'yesterday.object': { digest, size: 20_000, mime: 'text/html' } }

/** A document with a code cell of two outputs, of which one is stored elsewhere, and a text cell. */
function notebook() {
  const doc = new Y.Doc()
  const code = makeCell({ id: 'code', type: 'code', source: 'print(1)', metadata: { tags: ['a'] } })
  const text = makeCell({ id: 'text', type: 'markdown', source: '# Title' })
  cellsOf(doc).insert(0, [code, text])
  const outputs = [
    { output_type: 'stream', name: 'stdout', text: '1\n' },
    { output_type: 'display_data', metadata: {}, data: { 'text/html': stored } },
  ]
  code.set('outputs', Y.Array.from(outputs.map((output) => new Y.Map<unknown>(Object.entries(output)))))
  return { doc, edits: new CellEdits(doc, {}) }
}

test('cells come back from the clipboard as they were, in another document', () => {
  const copies = notebook().edits.copies(['code', 'text'])
  expect(plainText(copies)).toBe('print(1)\n\n# Title')
  const read = readCells(writeCells(copies))
  expect(read).toEqual(copies)
  const doc = new Y.Doc()
  new CellEdits(doc, {}).paste(0, read)
  expect(cellsOf(doc).map((cell) => cellSource(cell).toString())).toEqual(['print(1)', '# Title'])
  expect(cellOutputs(cellsOf(doc).get(0))?.get(0)?.get('text')?.toString()).toBe('1\n')
})

test.each([
  '',
  'null',
  '[]',
  '{"cells": 1}',
  '{"cells": [{"type": "code"}]}',
  '{"cells": [{"id": "a", "type": "constructor", "source": ""}]}',
])('%j on the clipboard is no cells', (text) => expect(readCells(text)).toEqual([]))

test('outputs of another project are left out where this one does not have their values', () => {
  const copies = notebook().edits.copies(['code', 'text'])
  expect([...storedValues(copies)]).toEqual([digest])
  const [code, text] = withoutOutputsOf(copies, new Set([digest]))
  expect(code?.outputs.map(({ output_type }) => output_type)).toEqual(['stream'])
  expect(text).toEqual(copies[1])
  expect(withoutOutputsOf(copies, new Set())).toEqual(copies)
})

test('attachments get names of their own, and are shown under each name', () => {
  const { doc } = notebook()
  const cell = cellsOf(doc).get(1)
  cell.set('attachments', { 'image.png': { 'image/png': 'b2xk' } })
  const names = ['image.png', 'image.png', 'a (b) [c].png', '__proto__', 'café/\u202Egnp.png', '']
  for (const [count, wanted] of names.entries()) {
    const name = attachmentName(cell, wanted)
    doc.transact(() => attach(cell, name, 'image/png', String(count)))
    const target = /^!\[[^[\]]*\]\(attachment:([^()\s]+)\)$/.exec(imageReference(name))?.[1] ?? ''
    const attachments = cell.get('attachments')
    const read = readAttachments(attachments instanceof Y.Map ? attachments.toJSON() : null)
    expect(attachmentUrl(read, target), name).toBe(`data:image/png;base64,${count}`)
  }
  const kept = cell.get('attachments')
  expect(kept instanceof Y.Map ? kept.get('image.png') : null).toEqual({ 'image/png': 'b2xk' })
})

test('a copy of the cell that lacks the last strokes gets them; what it has beyond them stays', () => {
  const typed = (base: string | null, mine: string, copy: string): string => {
    const edit = lostTyping(base, mine, copy)
    return edit === null ? copy : applyEdit(copy, edit)
  }
  expect(typed('x = 1', 'x = 12', 'x = 1')).toBe('x = 12')
  expect(typed('x = 12', 'x = 12', 'x = 1')).toBe('x = 12')
  expect(typed('x = 1', 'x = 1', '# x = 1')).toBe('# x = 1')
  expect(typed('x = 1', 'x = 12', '# x = 1')).toBe('# x = 12')
  const word = fc.string({ maxLength: 8 })
  fc.assert(
    fc.property(word, word, word, (before, strokes, after) => {
      expect(typed(before + after, before + strokes + after, before + after)).toBe(before + strokes + after)
    }),
  )
})
