/** What a real kernel prints at length: whole in the file up to the limit, beyond it a line that says where it is. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headSize, streamHead } from '../../contract/document.ts'
import { fileApi } from '../../contract/file-api.ts'
import { problemOf } from '../../setup/nbformat-judge.js'
import { WHOLE_STREAM_LIMIT } from '../../src/document/long-stream.ts'
import { exportRoutes } from '../../src/http/routes/export.ts'
import { yesterday } from '../cli/program.ts'
import { callRoute } from '../http/call-route.ts'
import {
  type House,
  makeProject,
  openHouse,
  outputsOf,
  python,
  raze,
  receipts,
  runAll,
  whySkipped,
} from './house.ts'

const cells = {
  line: 'print("z" * 5_000_000)',
  lines: 'for n in range(60_000): print(f"line {n:<60}")',
  colours: 'print("\\x1b[31mred\\x1b[0m" * 200_000)',
  bar: 'for n in range(30_000): print(f"\\rstep {n}", end="")',
  flood: 'print(("y" * 99 + "\\n") * 200_000, end="")',
  pictures: 'from IPython.display import display\nfor n in range(510): display(n)',
}
const printed = {
  line: `${'z'.repeat(5_000_000)}\n`,
  lines: Array.from({ length: 60_000 }, (_, n) => `line ${String(n).padEnd(60)}\n`).join(''),
  colours: `${'\x1b[31mred\x1b[0m'.repeat(200_000)}\n`,
  bar: 'step 29999',
  flood: `${'y'.repeat(99)}\n`.repeat(200_000),
}
type Cell = keyof typeof printed

/** What a cell printed, by its id, in a notebook's file. */
function cellTexts(notebook: string): (cell: string) => string {
  const { cells: all } = JSON.parse(notebook)
  return (cell) =>
    all
      .find(({ id }: { id: string }) => id === cell)
      .outputs.map(({ text }: { text: string[] }) => text.join(''))
      .join('')
}

describe.skipIf(python === null)(`long outputs${whySkipped}`, () => {
  let house: House
  let opened: Awaited<ReturnType<House['open']>>
  beforeAll(async () => {
    house = await openHouse(await makeProject(cells))
    opened = await house.open()
    await runAll(opened.session, Object.keys(cells))
    await house.documents.save(opened.id)
  })
  afterAll(() => raze(house))

  const saved = async () => cellTexts(await readFile(join(house.root, 'a.ipynb'), 'utf8'))
  const shown = (cell: string) => outputsOf(opened.doc, cell)[0] ?? {}
  const runOf = async (cell: string) =>
    (await receipts(house)).find((receipt) => receipt.cellId === cell)?.run ?? ''

  test.each<Cell>(['line', 'lines', 'colours', 'bar'])('%s are whole in the file', async (cell) => {
    expect((await saved())(cell) === printed[cell]).toBe(true)
  })

  test.each<Cell>(['line', 'lines', 'colours', 'flood'])('of %s the page is shown the end', (cell) => {
    const { text, yesterday: ours } = shown(cell)
    const end = String(text)
    expect(end.length).toBeGreaterThan(200_000)
    expect(printed[cell].endsWith(end)).toBe(true)
    const head = streamHead(ours)
    expect(head && headSize(head) + end.length).toBe(printed[cell].length)
  })

  const exported = async (format: 'html' | 'ipynb'): Promise<string> => {
    const { root, documents, store } = house
    const comments = { list: () => Promise.reject(new Error('not asked for')) }
    const routes = exportRoutes({ root, documents, objects: store.objects, secrets: store.secrets, comments })
    const call = { params: { path: ['a.ipynb'] }, query: { format } }
    const reply = await callRoute(routes, fileApi.export, { ...call, role: 'viewer' })
    if (reply.kind !== 'bytes') throw new Error(JSON.stringify(reply))
    return String(reply.body)
  }

  const missing = (run: string): RegExp =>
    new RegExp(
      `^\\[The first [\\d.]+ MiB of this output are not here\\. All of it: yesterday output ${run.slice(0, 8)}\\]\n(y{99}\n)+$`,
    )

  test('the exported notebook is valid, is whole up to the limit, and says beyond it what is missing', async () => {
    const text = await exported('ipynb')
    expect(await problemOf(text)).toBe('')
    const textOf = cellTexts(text)
    expect(textOf('line') === printed.line).toBe(true)
    expect(missing(await runOf('flood')).test(textOf('flood'))).toBe(true)
  })

  test('a page of the notebook, or of the run, says what is missing and where it is', async () => {
    const run = await runOf('flood')
    const isSaid = (page: string): boolean =>
      [...page.matchAll(/<pre class="stdout">([^<]*)<\/pre>/g)].some(([, text = '']) =>
        missing(run).test(text),
      )
    expect(isSaid(await exported('html'))).toBe(true)
    const file = join(house.root, 'flood.html')
    const { code, err } = await yesterday(house.root, 'export', run, '--format', 'html', '-o', file)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(isSaid(await readFile(file, 'utf8'))).toBe(true)
  })

  test('beyond the limit the file says what is missing, and the command has it', async () => {
    const run = await runOf('flood')
    const [note = '', ...rest] = (await saved())('flood').split('\n')
    const [, size = '', command = ''] =
      /^\[The first (\S+) MiB of this output are not here\. All of it: yesterday output (\w+)\]$/.exec(
        note,
      ) ?? []
    const end = rest.join('\n')
    expect(end.length).toBeLessThan(WHOLE_STREAM_LIMIT)
    expect(printed.flood.endsWith(end)).toBe(true)
    expect(Math.abs(Number(size) * 1024 ** 2 + end.length - printed.flood.length)).toBeLessThan(
      0.06 * 1024 ** 2,
    )
    expect(run.startsWith(command)).toBe(true)
    const whole = join(house.root, 'whole.txt')
    expect(await yesterday(house.root, 'output', command, '-o', whole)).toEqual({ code: 0, out: '', err: '' })
    expect((await readFile(whole, 'utf8')) === printed.flood).toBe(true)
  })

  test('outputs that are too many are counted, and the command has them', async () => {
    const more = JSON.stringify(outputsOf(opened.doc, 'pictures').at(-1))
    const command = /and 10 more outputs\. All of them: yesterday output (\w+)/.exec(more)?.[1] ?? ''
    const { out } = await yesterday(house.root, 'output', command, '--json')
    expect(out.trimEnd().split('\n')).toHaveLength(510)
    const one = await yesterday(house.root, 'output', command, '-n', '510')
    expect(one).toMatchObject({ code: 0, out: '509' })
    expect(await yesterday(house.root, 'output', command, '-n', '511')).toMatchObject({ code: 2 })
  })

  test('a document that is opened again shows the same, and its file stays as it is', async () => {
    const before = { shown: shown('flood'), file: await readFile(join(house.root, 'a.ipynb'), 'utf8') }
    const { root } = house
    await house.close()
    house = await openHouse(root)
    opened = await house.open()
    expect(JSON.stringify(shown('flood')) === JSON.stringify(before.shown)).toBe(true)
    await house.documents.save(opened.id)
    expect((await readFile(join(root, 'a.ipynb'), 'utf8')) === before.file).toBe(true)
  })
})
