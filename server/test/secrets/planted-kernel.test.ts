/** Fifty planted secrets are in no file of the history, in no export and in no word of the program. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type * as Y from 'yjs'
import { cellSource, findCell } from '../../contract/document.ts'
import { ExportFormat } from '../../contract/http.ts'
import { seconds } from '../../setup/patience.js'
import { readForm } from '../../src/document/document-form.ts'
import { inline } from '../../src/document/large-values.ts'
import { maskedForm } from '../../src/document/masked-export.ts'
import { notebookJson } from '../../src/document/notebook-json.ts'
import { exportNotebook } from '../../src/export/export-notebook.ts'
import { makeCheckpoint } from '../../src/lineage/make-checkpoint.ts'
import { start } from '../cli/program.ts'
import {
  ada,
  type House,
  isIdle,
  makeProject,
  openHouse,
  outputsOf,
  python,
  receipts,
  untilView,
  whySkipped,
} from '../session/house.ts'
import { answers, cells, environment, savedOutput, secrets, typed, writeFiles } from './planted.ts'
import { filesBelow, leaks } from './search.ts'

const ids = Object.keys(cells)

describe.skipIf(python === null)(`secrets that are planted in a project${whySkipped}`, () => {
  let root = ''
  let house: House
  /** What was said and exported, by name. */
  const said = new Map<string, Uint8Array>()

  beforeAll(async () => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    root = await makeProject({ ...cells, typed: '' })
    await writeFiles(root)
    await saveOutput(root)
    house = await openHouse(root)
  })
  afterAll(async () => {
    await house.close()
    vi.unstubAllEnvs()
  })

  const history = () => filesBelow(join(root, '.yesterday'))

  test('none is in the history while the kernel runs, nor when all is recorded', async () => {
    const { session, doc, id } = await house.open()
    const refusal = await session.run(ids, ada, false)
    expect(refusal).toBeNull()
    const given = Object.values(answers)
    for (const [place, value] of given.entries()) {
      await untilView(session, ({ prompt }) => prompt !== null)
      if (place === 0) expect(leaks(await history(), secrets)).toEqual([])
      session.input(session.view().prompt?.run ?? '', value)
    }
    await untilView(session, isIdle)
    await session.settled()
    type(doc, typed)
    await checkpoint(house, id)
    expect(leaks(await history(), secrets)).toEqual([])
    const outcomes = new Map((await receipts(house)).map(({ cellId, outcome }) => [cellId, outcome]))
    expect(ids.filter((cell) => outcomes.get(cell) !== (cell === 'failed' ? 'error' : 'ok'))).toEqual([])
    expect(leaks(new Map([['record', Buffer.from(JSON.stringify(await receipts(house)))]]), secrets)).toEqual(
      [],
    )
  })

  test('what a person sees is masked, and says so', async () => {
    const { doc } = await house.open()
    for (const cell of ['env', 'value', 'text', 'coded', 'split', 'code', 'ask'])
      expect([cell, JSON.stringify(outputsOf(doc, cell))]).toEqual([
        cell,
        expect.stringMatching(/•{6}[0-9a-f]{8}/),
      ])
    expect(JSON.stringify(outputsOf(doc, 'files'))).toContain('DEBUG=true')
    const runs = await receipts(house)
    expect(runs.find(({ cellId }) => cellId === 'title')?.title).toMatch(
      /^connect = dict\(password="•{6}[0-9a-f]{8}"\)$/,
    )
  })

  test('none is in an export of a notebook, and its file keeps the code alone', async () => {
    const { doc, id } = await house.open()
    const read = (digest: string) => house.store.objects.get(digest)
    const form = readForm(doc)
    const full = await Promise.all(
      form.cells.map(async (cell) => ({
        ...cell,
        outputs: cell.outputs && (await Promise.all(cell.outputs.map((output) => inline(output, read)))),
      })),
    )
    for (const format of ExportFormat.options) {
      const masked = maskedForm({ ...form, cells: full }, house.store.secrets)
      const { name, body } = exportNotebook(format, 'a', masked)
      said.set(`notebook as ${format} ${name}`, Buffer.from(body))
    }
    expect(leaks(said, secrets)).toEqual([])
    await house.documents.save(id)
    const saved: unknown = JSON.parse(await readFile(join(root, 'a.ipynb'), 'utf8'))
    expect(outputsIn(saved)).not.toMatch(new RegExp(answers.pw))
    expect(JSON.stringify(saved)).toContain(JSON.stringify(typed).slice(1, -1))
  })

  test(
    'none is in the history of a server that has stopped, and in what the program says of it',
    async () => {
      await house.close()
      const [last = '', failed = ''] = await runIds(root)
      const exports = ['openlineage', 'prov', 'ro-crate', 'html'].map((format) => ['--format', format])
      const commands = [
        ...exports.map((format) => ['export', 'a.ipynb', ...format]),
        ...[['log'], ['log', '--json'], ['diff', 'before', 'a.ipynb'], ['fsck'], ['why', last]],
        ...[last, failed].flatMap((run) => [
          ['show', run, '--json'],
          ['slice', run, '--as', 'script'],
        ]),
      ]
      await Promise.all(commands.map(async (words) => said.set(words.join(' '), await sayBytes(root, words))))
      const crate = said.get('export a.ipynb --format ro-crate') ?? new Uint8Array()
      for (const [name, bytes] of Object.entries(unzipSync(crate))) said.set(`crate ${name}`, bytes)
      expect(leaks(said, secrets)).toEqual([])
      expect(strFromU8(said.get('fsck') ?? new Uint8Array())).toContain('all is well')
      expect(leaks(await history(), secrets)).toEqual([])
      house = await openHouse(root)
    },
    seconds(120),
  )
})

async function saveOutput(root: string): Promise<void> {
  const file = join(root, 'a.ipynb')
  const notebook = JSON.parse(await readFile(file, 'utf8'))
  const output = { output_type: 'stream', name: 'stdout', text: savedOutput }
  notebook.cells.at(-1).outputs = [output]
  await writeFile(file, JSON.stringify(notebook))
}

function type(doc: Y.Doc, text: string): void {
  const found = findCell(doc, 'typed')
  if (found === null) throw new Error('no cell to type into')
  const source = cellSource(found.cell)
  for (const [at, char] of [...text].entries()) source.insert(at, char)
  // As a paste would.
  source.insert(text.length, `\n${text}`)
}

async function checkpoint({ store }: House, documentId: string): Promise<void> {
  const effects = { store, now: () => new Date().toISOString(), newId: () => 'c0ffee0000' }
  const notebook = { name: 'before', notebook: 'a.ipynb', documentId, actor: ada }
  await makeCheckpoint(effects, { ...notebook, ipynb: notebookJson(form(Object.values(cells))) })
}

const form = (sources: readonly string[]) => ({
  nbformat: 4,
  minor: 5,
  metadata: {},
  cells: sources.map((source, index) => ({
    id: `c${index}`,
    type: 'code' as const,
    source,
    metadata: {},
    attachments: null,
    outputs: [],
    executionCount: null,
  })),
})

const outputsIn = (notebook: unknown): string => {
  if (typeof notebook !== 'object' || notebook === null || !('cells' in notebook)) return ''
  if (!Array.isArray(notebook.cells)) return ''
  return JSON.stringify(notebook.cells.map(({ outputs }) => outputs))
}

/** Of the last run, and of the one that failed. */
async function runIds(root: string): Promise<readonly string[]> {
  const { out } = await start({ cwd: root, env: {} }, ['log', '--json', '--limit', '500'])
  const runs = out
    .trim()
    .split('\n')
    .map((line): { run: string; outcome: string } => JSON.parse(line))
  const failed = runs.find(({ outcome }) => outcome === 'error')
  return [runs[0], failed].flatMap((run) => run?.run ?? [])
}

/** What the program writes: to its file, where it exports. */
async function sayBytes(root: string, words: readonly string[]): Promise<Uint8Array> {
  const file = join(root, `exported-${words.at(-1)}`)
  const isExport = words[0] === 'export'
  const { out, err } = await start({ cwd: root, env: {} }, isExport ? [...words, '-o', file] : words)
  return Buffer.concat([isExport ? await readFile(file) : Buffer.from(out), Buffer.from(err)])
}
