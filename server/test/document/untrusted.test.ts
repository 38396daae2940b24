/** Names, shapes and depths that would break a document or be taken for our own: they stay data, and come back. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import {
  DEPTH_LIMIT,
  escapeJson,
  isDeeperThan,
  isLargerThan,
  type Json,
  normalJson,
  TEXT_DEPTH_LIMIT,
  unescapeJson,
} from '../../contract/json.ts'
import { Receipt } from '../../contract/run.ts'
import { problemOf } from '../../setup/nbformat-judge.js'
import { defineRoots, readForm, seedDocument } from '../../src/document/document-form.ts'
import { readNotebook } from '../../src/document/ipynb-read.ts'
import { saysSame, writeNotebook } from '../../src/document/ipynb-write.ts'
import { fileText } from '../../src/document/notebook-file.ts'
import { notebookJson } from '../../src/document/notebook-json.ts'

/** Names that Yjs, plain objects or this program read as something else. */
const names = [
  ...Object.getOwnPropertyNames(Object.prototype),
  'yesterday.object',
  'yesterday.json',
  'yesterday.key:constructor',
  'yesterday',
  'toJSON',
  'then',
  '',
]
const name = fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'grapheme', maxLength: 5 }))
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('json')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
  ),
}))

const nested = (levels: number, inner = '1'): string => '['.repeat(levels) + inner + ']'.repeat(levels)

/** As a peer has it that was sent the document. */
function received(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc()
  defineRoots(copy)
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  return copy
}

test('any JSON comes back from a document that was sent to another', () => {
  fc.assert(
    fc.property(json, (value) => {
      const doc = new Y.Doc()
      doc.getMap('meta').set('value', escapeJson(value))
      const held = received(doc).getMap('meta').get('value')
      expect(JSON.stringify(unescapeJson(normalJson(held)))).toBe(JSON.stringify(value))
      expect(normalJson(held)).toEqual(escapeJson(value))
    }),
    { numRuns: 500 },
  )
})

test.each([DEPTH_LIMIT - 1, DEPTH_LIMIT, DEPTH_LIMIT + 1, DEPTH_LIMIT + 100])(
  '%i levels of nesting come back, and the document holds no more than it can',
  (levels) => {
    const value: Json = JSON.parse(nested(levels))
    const held = escapeJson(value)
    expect(isDeeperThan(DEPTH_LIMIT + 1, held)).toBe(false)
    expect(normalJson(held)).toEqual(held)
    expect(JSON.stringify(unescapeJson(held))).toBe(JSON.stringify(value))
  },
)

test('what is nested without end is refused in bounded time', () => {
  const value: Json = JSON.parse(nested(1_000_000))
  expect(() => escapeJson(value)).toThrow(RangeError)
  expect(isDeeperThan(TEXT_DEPTH_LIMIT, value)).toBe(true)
})

test('the size of a value is measured no further than the limit', () => {
  expect(isLargerThan(10, 'x'.repeat(20))).toBe(true)
  expect(isLargerThan(100, { a: ['x', 1] })).toBe(false)
  expect(isLargerThan(1000, { [`k${'x'.repeat(2000)}`]: 1 })).toBe(true)
})

function open(source: string) {
  const result = readNotebook(Buffer.from(source))
  if (!result.ok) throw new Error(result.refusal.message)
  const doc = new Y.Doc()
  defineRoots(doc)
  seedDocument(doc, result.file.form)
  return { ...result, form: readForm(received(doc)) }
}

const code = (cell: string): string =>
  `{"cell_type": "code", "id": "c1", "metadata": {}, "execution_count": null, "source": "1", "outputs": []${cell}}`
const display = (data: string, metadata = '{}'): string =>
  `, "outputs": [{"output_type": "display_data", "data": ${data}, "metadata": ${metadata}}]`
const notebook = (cell: string, metadata = '{}'): string =>
  `{"cells": [${cell}], "metadata": ${metadata}, "nbformat": 4, "nbformat_minor": 5}`

const hostile: Readonly<Record<string, string>> = {
  'a metadata member constructor': notebook(code(', "metadata": {"constructor": 1, "__proto__": {"x": 1}}')),
  'a notebook metadata member __proto__': notebook(code(''), '{"__proto__": 1, "valueOf": [1]}'),
  'an output named constructor': notebook(code(display('{"constructor": "1"}', '{"toString": 2}'))),
  'a member yesterday of an output': notebook(
    code(
      ', "outputs": [{"output_type": "stream", "name": "stdout", "text": "a", "yesterday": {"truncatedHead": 1}}]',
    ),
  ),
  'a reference that is none': notebook(code(display('{"application/json": {"yesterday.object": null}}'))),
  'a reference that looks whole': notebook(
    code(
      display(
        `{"application/json": {"yesterday.object": {"digest": "sha256:${'0'.repeat(64)}", "size": 1, "mime": "text/plain"}}}`,
      ),
    ),
  ),
  'an escaped name': notebook(
    code(', "metadata": {"yesterday.key:constructor": 1, "yesterday.json": "[1]"}'),
  ),
  'a source of objects': notebook(code(', "source": [{"toString": 1}, 2, "x"]')),
  'a stream of objects': notebook(
    code(', "outputs": [{"output_type": "stream", "name": "stdout", "text": [{"toString": 1}, ["join"]]}]'),
  ),
  'an output 3,000 levels deep': notebook(code(display(`{"application/json": ${nested(3000)}}`))),
  'metadata 300 levels deep': notebook(code(`, "metadata": {"a": ${nested(300)}}`), `{"b": ${nested(300)}}`),
}

test.each(Object.entries(hostile))(
  '%s: the file opens and comes back byte for byte, also after an edit',
  async (_, source) => {
    const { file, form, large } = open(source)
    expect(saysSame(file, form)).toBe(true)
    expect([...fileText(file)].join('')).toBe(source)
    const read = async (digest: string) => large.get(digest) ?? null
    const edited = { ...form, cells: form.cells.map((cell) => ({ ...cell, executionCount: 7 })) }
    const text = [...fileText(await writeNotebook(file, edited, read))].join('')
    expect(text).toBe(source.replace(/"execution_count": null/, '"execution_count": 7'))
  },
)

test.each(Object.entries(hostile))(
  '%s: the rest of its object can be changed, and it stays',
  async (_, source) => {
    const { file, form } = open(source)
    const changed = {
      ...form,
      metadata: { ...form.metadata, added: 1 },
      cells: form.cells.map((cell) => ({ ...cell, metadata: { ...cell.metadata, added: [1] } })),
    }
    const text = [...fileText(await writeNotebook(file, changed, async () => null))].join('')
    const [was, is] = [JSON.parse(source), JSON.parse(text)]
    expect(is.metadata).toEqual({ ...was.metadata, added: 1 })
    expect(JSON.stringify(is.cells[0].metadata)).toBe(
      JSON.stringify({ ...was.cells[0].metadata, added: [1] }),
    )
  },
)

test.each(Object.entries(hostile))(
  '%s: a new cell with the same content is one that nbformat accepts',
  async (_, source) => {
    const { file, form, large } = open(source)
    const read = async (digest: string) => large.get(digest) ?? null
    const copies = form.cells.map((cell) => ({ ...cell, id: `${cell.id}-copy` }))
    const text = [...fileText(await writeNotebook(file, { ...form, cells: copies }, read))].join('')
    expect(await problemOf(text)).toBe('')
    expect(await problemOf(notebookJson({ ...form, cells: [] }))).toBe('')
  },
)

test('metadata without end is refused with the reason', () => {
  const read = readNotebook(Buffer.from(notebook(code(`, "metadata": {"a": ${nested(3000)}}`))))
  expect(read).toMatchObject({ ok: false, refusal: { code: 'tooDeep', status: 422 } })
})

test('a record that is read back has no names but its own', () => {
  const state = Receipt.shape.state.parse({ cwd: '/', random: { constructor: 'sha256:1' } })
  expect(state?.random.constructor).toBe('sha256:1')
  expect(state?.before.constructor).toBeUndefined()
  expect(JSON.parse(JSON.stringify(state))).toEqual({
    cwd: '/',
    random: { constructor: 'sha256:1' },
    before: {},
    entropy: null,
    hashSeed: null,
    answers: null,
    widgets: null,
  })
})
