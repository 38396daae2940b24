/** Files come back as they were, but for what was edited. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { origin } from '../../contract/document.ts'
import { defineRoots, readForm, seedDocument } from '../../src/document/document-form.ts'
import { readNotebook } from '../../src/document/ipynb-read.ts'
import { saysSame, writeNotebook } from '../../src/document/ipynb-write.ts'
import { fileText } from '../../src/document/notebook-file.ts'

const text = fc.string({ unit: 'binary', maxLength: 40 })
const lines = fc.oneof(text, fc.array(text, { maxLength: 4 }))
const object = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
const output = fc.oneof(
  fc.record({ output_type: fc.constant('stream'), name: fc.constant('stdout'), text: lines }),
  fc.record({
    output_type: fc.constant('display_data'),
    metadata: object,
    data: fc.record({
      'text/plain': lines,
      'application/json': fc.jsonValue(),
      'image/png': fc
        .uint8Array({ minLength: 0, maxLength: 12_000 })
        .map((bytes) => Buffer.from(bytes).toString('base64')),
    }),
  }),
)
const code = fc.record({
  cell_type: fc.constant('code'),
  execution_count: fc.option(fc.nat()),
  metadata: object,
  outputs: fc.array(output, { maxLength: 3 }),
  source: lines,
})
const prose = fc.record({
  cell_type: fc.constantFrom('markdown', 'raw'),
  metadata: object,
  source: lines,
})
const notebook = fc.record({
  cells: fc.array(fc.oneof(code, prose), { maxLength: 5 }),
  metadata: object,
  nbformat: fc.constant(4),
  nbformat_minor: fc.integer({ min: 0, max: 5 }),
})
const indent = fc.constantFrom(undefined, 1, 2, '\t')

function read(source: string) {
  const result = readNotebook(Buffer.from(source))
  if (!result.ok) throw new Error(result.refusal.message)
  const doc = new Y.Doc()
  defineRoots(doc)
  doc.transact(() => seedDocument(doc, result.file.form), origin.file)
  const copy = new Y.Doc()
  defineRoots(copy)
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  return { ...result, form: readForm(copy) }
}

test('a document seeded from a file says what the file says, and the file comes back byte for byte', () => {
  fc.assert(
    fc.property(notebook, indent, (value, step) => {
      const source = JSON.stringify(value, null, step)
      const { file, form } = read(source)
      expect(saysSame(file, form)).toBe(true)
      expect([...fileText(file)].join('')).toBe(source)
    }),
    { numRuns: 300 },
  )
})

test('an edit to one cell changes the source of that cell alone', async () => {
  await fc.assert(
    fc.asyncProperty(notebook, indent, fc.nat(), text, async (value, step, seed, edit) => {
      fc.pre(value.cells.length > 0)
      const source = edit.replaceAll('\r', '')
      const place = seed % value.cells.length
      const { file, form, large } = read(JSON.stringify(value, null, step))
      const cells = form.cells.map((cell, index) => (index === place ? { ...cell, source } : cell))
      const written = await writeNotebook(
        file,
        { ...form, cells },
        async (digest) => large.get(digest) ?? null,
      )
      const again = JSON.parse([...fileText(written)].join(''))
      const got = again.cells.map(({ id: _, ...cell }: { id?: string }) => cell)
      const joined = [got[place].source].flat().join('')
      if (joined === source) got[place].source = value.cells[place]?.source
      expect({ ...again, cells: got }).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['{"nbformat": 3, "worksheets": []}', 'oldFormat'],
  ['{"nbformat": 5, "cells": []}', 'newFormat'],
  ['{"a":\n bcd}', 'brokenJson'],
  ['[1]', 'notNotebook'],
  ['{}', 'notNotebook'],
])('%s is refused as %s', (source, code) => {
  expect(readNotebook(Buffer.from(source))).toMatchObject({ ok: false, refusal: { code } })
})

test('a refusal names the place: line and column of broken JSON, the byte that is not UTF-8', () => {
  const broken = readNotebook(Buffer.from('{"a":\n bcd}'))
  expect(broken).toMatchObject({ refusal: { message: expect.stringContaining('line 2, column 2') } })
  const bytes = Buffer.from([0x7b, 0x22, 0xc3, 0xa9, 0xef, 0xbf, 0xbd, 0xff, 0x22])
  expect(readNotebook(bytes)).toMatchObject({ refusal: { message: expect.stringContaining('offset 7') } })
})
