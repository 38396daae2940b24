/** Files that are opened as notebooks. Input: the file's bytes. */
import fc from 'fast-check'
import * as Y from 'yjs'
import { ExportFormat } from '../../contract/http.ts'
import { problemOf } from '../../setup/nbformat-judge.js'
import { compacted } from '../../src/document/compaction.ts'
import { defineRoots, readForm, seedDocument } from '../../src/document/document-form.ts'
import { type ReadNotebook, readNotebook } from '../../src/document/ipynb-read.ts'
import { saysSame, writeNotebook } from '../../src/document/ipynb-write.ts'
import { inline } from '../../src/document/large-values.ts'
import { fileText } from '../../src/document/notebook-file.ts'
import { exportNotebook } from '../../src/export/export-notebook.ts'
import { hostileJson } from './hostile-json.ts'

const any = hostileJson
const output = fc.record(
  {
    output_type: fc.oneof(fc.constantFrom('stream', 'display_data', 'execute_result', 'error'), any),
    name: any,
    text: any,
    data: any,
    metadata: any,
    execution_count: any,
    ename: any,
    traceback: any,
    yesterday: any,
  },
  { requiredKeys: [] },
)
const cell = fc.record(
  {
    cell_type: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('code', 'markdown', 'raw') },
      { weight: 1, arbitrary: any },
    ),
    id: fc.oneof(fc.constantFrom('a', 'b'), any),
    source: fc.oneof(fc.string(), fc.array(any)),
    metadata: any,
    outputs: fc.oneof(fc.array(output, { maxLength: 3 }), any),
    attachments: any,
    execution_count: any,
  },
  { requiredKeys: ['cell_type'] },
)
const inputs = fc
  .record({
    cells: fc.array(cell, { maxLength: 3 }),
    metadata: any,
    nbformat: fc.constant(4),
    nbformat_minor: fc.nat(6),
  })
  .map((notebook) => Buffer.from(JSON.stringify(notebook)))

export const target = {
  inputs,
  open: async () => ({
    feed: async (input: Uint8Array) => {
      const read = readNotebook(input)
      if (!read.ok) return 'refused' as const
      await follow(read, Buffer.from(input).toString('utf8'))
      return 'accepted' as const
    },
    state: () => '',
    close: async () => undefined,
  }),
}

/** Opened, sent to a peer, saved without a change, edited and saved, exported. */
async function follow({ file, large }: ReadNotebook, source: string): Promise<void> {
  const doc = new Y.Doc()
  defineRoots(doc)
  doc.transact(() => seedDocument(doc, file.form))
  const copy = new Y.Doc()
  defineRoots(copy)
  Y.applyUpdate(copy, compacted(doc))
  const form = readForm(copy)
  if (!saysSame(file, form)) throw new Error('the document does not say what the file says')
  if ([...fileText(file)].join('') !== source) throw new Error('the file does not come back byte for byte')
  const read = async (digest: string) => large.get(digest) ?? null
  const cells = form.cells.map((one, index) =>
    index === 0 ? { ...one, source: `${one.source}# edited` } : one,
  )
  const written = [...fileText(await writeNotebook(file, { ...form, cells }, read))].join('')
  await stillValid(source, written)
  const whole = await Promise.all(
    form.cells.map(async (one) => ({
      ...one,
      outputs: one.outputs && (await Promise.all(one.outputs.map((output) => inline(output, read)))),
    })),
  )
  for (const format of ExportFormat.options) exportNotebook(format, 'a', { ...form, cells: whole })
}

async function stillValid(before: string, after: string): Promise<void> {
  if ((await problemOf(before)) !== '') return
  const problem = await problemOf(after)
  if (problem !== '') throw new Error(`nbformat accepted the file and refuses what was written: ${problem}`)
}
