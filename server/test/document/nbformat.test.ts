/** Notebooks of every format from 4.0 to 4.5 come back as nbformat itself understands them, but for what was edited. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { origin } from '../../contract/document.ts'
import { defineRoots, readForm, seedDocument } from '../../src/document/document-form.ts'
import { readNotebook } from '../../src/document/ipynb-read.ts'
import { writeNotebook } from '../../src/document/ipynb-write.ts'
import { fileText } from '../../src/document/notebook-file.ts'

const python = process.env.YESTERDAY_TEST_PYTHON
const NOTEBOOKS = 250
const SEED = 45

const words = fc.string({ unit: 'grapheme', maxLength: 30 })
const lines = fc.oneof(
  words,
  fc.array(
    words.map((line) => `${line}\n`),
    { maxLength: 4 },
  ),
)
const json = fc.jsonValue({ maxDepth: 2 })
const metadata = fc.dictionary(
  words.filter((key) => !['collapsed', 'tags', 'name', 'format', 'jupyter', 'execution'].includes(key)),
  json,
  { maxKeys: 3 },
)
const bundle = fc.record(
  {
    'text/plain': lines,
    'text/html': lines,
    'image/png': fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    'application/json': fc.dictionary(words, json, { maxKeys: 2 }),
  },
  { requiredKeys: [] },
)
const count = fc.option(fc.nat(1000))
const output = fc.oneof(
  fc.record({
    output_type: fc.constant('stream'),
    name: fc.constantFrom('stdout', 'stderr'),
    text: lines,
  }),
  fc.record({ output_type: fc.constant('display_data'), data: bundle, metadata }),
  fc.record({ output_type: fc.constant('execute_result'), execution_count: count, data: bundle, metadata }),
  fc.record({
    output_type: fc.constant('error'),
    ename: words,
    evalue: words,
    traceback: fc.array(words, { maxLength: 3 }),
  }),
)
const attachments = fc.dictionary(words, fc.record({ 'image/png': fc.constantFrom('aGVsbG8=', '') }), {
  maxKeys: 2,
})

/** A cell as the minor version has it: attachments from 4.1 on, ids from 4.5 on. */
function cellOf(minor: number) {
  const id = minor >= 5 ? { id: fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/) } : {}
  const files = minor >= 1 ? { attachments } : {}
  const prose = fc.record(
    { ...id, cell_type: fc.constantFrom('markdown', 'raw'), metadata, source: lines, ...files },
    { requiredKeys: ['cell_type', 'metadata', 'source', ...Object.keys(id)] as never[] },
  )
  const code = fc.record({
    ...id,
    cell_type: fc.constant('code'),
    metadata,
    source: lines,
    outputs: fc.array(output, { maxLength: 3 }),
    execution_count: count,
  })
  return fc.oneof(code, prose)
}

const notebook = fc.integer({ min: 0, max: 5 }).chain((minor) =>
  fc.record({
    cells: fc.uniqueArray(cellOf(minor), {
      minLength: 1,
      maxLength: 5,
      selector: (cell) => ('id' in cell ? cell.id : cell),
    }),
    metadata: fc.record(
      {
        kernelspec: fc.record({ name: words, display_name: words, language: words }),
        language_info: fc.record({ name: words, version: words }),
        title: words,
      },
      { requiredKeys: [] },
    ),
    nbformat: fc.constant(4),
    nbformat_minor: fc.constant(minor),
  }),
)

/** The file after it was opened, edited in one cell, and saved. */
async function edited(source: string, place: number, change: string): Promise<string> {
  const result = readNotebook(Buffer.from(source))
  if (!result.ok) throw new Error(result.refusal.message)
  const doc = new Y.Doc()
  defineRoots(doc)
  doc.transact(() => seedDocument(doc, result.file.form), origin.file)
  const form = readForm(doc)
  const cells = form.cells.map((cell, index) => (index === place ? { ...cell, source: change } : cell))
  const object = async (digest: string) => result.large.get(digest) ?? null
  return [...fileText(await writeNotebook(result.file, { ...form, cells }, object))].join('')
}

test.skipIf(python === undefined)(
  `${NOTEBOOKS} generated notebooks are valid before and after, and say the same`,
  async () => {
    const samples = fc.sample(fc.tuple(notebook, fc.nat(), words, fc.constantFrom(undefined, 1, 2, '\t')), {
      numRuns: NOTEBOOKS,
      seed: SEED,
    })
    const judge = spawn(python ?? '', [join(import.meta.dirname, 'judge.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const judged = Promise.all([textOf(judge.stdout), once(judge, 'close')])
    for (const [value, seed, change, indent] of samples) {
      const before = JSON.stringify(value, null, indent)
      const place = seed % value.cells.length
      const after = await edited(before, place, change)
      judge.stdin.write(`${JSON.stringify([before, after, place, change])}\n`)
    }
    judge.stdin.end()
    const [said] = await judged
    const verdicts = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(verdicts).toEqual(samples.map(() => ''))
    const minors = new Set(samples.map(([value]) => value.nbformat_minor))
    expect(minors.size).toBe(6)
  },
)
