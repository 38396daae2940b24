/** What leaves Yesterday, as a whole: recorded runs and notebooks in each form. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { ExportFormat } from '../../contract/http.ts'
import type { CellForm, NotebookForm } from '../../src/document/cell-form.ts'
import { exportNotebook } from '../../src/export/export-notebook.ts'
import { EXPORTERS } from '../../src/export/exporters.ts'
import { fill, ids, newFolder } from '../cli/program.ts'
import { expectGolden } from '../golden.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../../bin/yesterday.js')

describe('recorded runs', () => {
  let root = ''
  beforeAll(async () => {
    root = await newFolder()
    await fill(root)
  })
  afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

  test.each(EXPORTERS.map(({ format }) => format))('as %s', async (format) => {
    const words = [program, 'export', ids.plot, '--format', format]
    const { stdout } = await run(process.execPath, words, { cwd: root, encoding: 'buffer' })
    const text = format === 'ro-crate' ? metadataOf(stdout) : stdout.toString()
    await expectGolden(import.meta.dirname, `run.${format}.txt`, text, [
      [root, '<root>'],
      [root.split('/').at(-1) ?? root, '<project>'],
      [/"datePublished": ?"[^"]+"/g, '"datePublished": "<now>"'],
      // Names of jobs and sessions follow from the folder.
      [/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}/g, '<uuid>'],
    ])
  })
})

const metadataOf = (zip: Uint8Array): string =>
  Buffer.from(unzipSync(zip)['ro-crate-metadata.json'] ?? []).toString()

const cell = (type: CellForm['type'], source: string, more: Partial<CellForm> = {}): CellForm => ({
  id: `id-${source.length}`,
  type,
  source,
  metadata: {},
  attachments: null,
  outputs: type === 'code' ? [] : null,
  executionCount: null,
  ...more,
})
const notebook: NotebookForm = {
  nbformat: 4,
  minor: 5,
  metadata: { kernelspec: { name: 'python3', display_name: 'Python 3' } },
  cells: [
    cell('markdown', '# Births\n\nBy year.'),
    cell('code', '%matplotlib inline\ntotal = 1', { metadata: { tags: ['parameters'] }, executionCount: 1 }),
    cell('code', 'print(total)', {
      executionCount: 2,
      outputs: [
        { output_type: 'stream', name: 'stdout', text: '1\n' },
        { output_type: 'display_data', metadata: {}, data: { 'text/html': '<b>1</b>', 'text/plain': '1' } },
        { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['E: v'] },
      ],
    }),
    cell('raw', 'raw text'),
  ],
}

test.each(ExportFormat.options)('a notebook as %s', async (format) => {
  const { body } = exportNotebook(format, 'births', notebook)
  await expectGolden(import.meta.dirname, `notebook.${format}.txt`, body)
})
