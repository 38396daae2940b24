/** ruff over the cells of a notebook: real ruff, of the environment that tests run kernels with. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findRuff } from '../src/code-tools/find-ruff.ts'
import { formatCells, lintCells, type Ruff, RuffError } from '../src/code-tools/ruff.ts'

let folder = ''
let ruff: Ruff
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-ruff-'))
  const program = await findRuff(process.env.YESTERDAY_TEST_PYTHON ?? null)
  if (program === null) throw new Error('the environment of the tests has no ruff')
  ruff = { program, path: join(folder, 'a.ipynb'), cwd: folder }
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

const cells = (...sources: readonly string[]) =>
  sources.map((source, place) => ({ id: `cell-${place}`, source }))

test('magics and shell lines survive, and only what differs comes back', async () => {
  const { changed, failed } = await formatCells(
    ruff,
    cells('%matplotlib inline\n!ls -l  *.py\nx={ 1:2 }', 'y = 1', '%%bash\necho  hi'),
  )
  expect(failed).toEqual([])
  expect(changed).toEqual([{ id: 'cell-0', source: '%matplotlib inline\n!ls -l  *.py\nx = {1: 2}' }])
})

test('a cell that is no Python is named, and the others are formatted', async () => {
  const { changed, failed } = await formatCells(ruff, cells('x  =  1', 'for in'))
  expect(changed).toEqual([{ id: 'cell-0', source: 'x = 1' }])
  expect(failed).toEqual(['cell-1'])
})

test('names come from other cells; places count UTF-16 units', async () => {
  const { marks } = await lintCells(ruff, cells('%time\nx = 1', 'text = "🦆🦆"; print(x, nowhere)'))
  const undefinedName = marks.find(({ code }) => code === 'F821')
  expect(undefinedName).toMatchObject({ cell: 'cell-1', isError: true, row: 1 })
  const line = 'text = "🦆🦆"; print(x, nowhere)'
  expect(line.slice((undefinedName?.column ?? 0) - 1, (undefinedName?.endColumn ?? 0) - 1)).toBe('nowhere')
  expect(marks.some(({ message }) => message.includes('`x`'))).toBe(false)
})

test('a cell that is no Python has its own mark', async () => {
  const { marks } = await lintCells(ruff, cells('x = 1', 'def f(:'))
  expect(marks.length).toBeGreaterThan(0)
  for (const mark of marks) expect(mark).toMatchObject({ cell: 'cell-1', code: null, isError: true })
})

test("the project's own settings hold", async () => {
  writeFileSync(
    join(folder, 'ruff.toml'),
    'line-length = 20\n[lint]\nignore = ["F821"]\n[format]\nquote-style = "single"\n',
  )
  expect((await lintCells(ruff, cells('print(nowhere)'))).marks).toEqual([])
  expect((await formatCells(ruff, cells('x = "a"'))).changed[0]?.source).toBe("x = 'a'")
})

test('settings that cannot be read are an error with a reason', async () => {
  writeFileSync(join(folder, 'ruff.toml'), 'line-length = "long"')
  await expect(lintCells(ruff, cells('x'))).rejects.toThrow(RuffError)
})

test('ruff is looked for beside the interpreter, then on the path, and never in a relative folder', async () => {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const program = join(bin, process.platform === 'win32' ? 'ruff.exe' : 'ruff')
  writeFileSync(program, '')
  chmodSync(program, 0o755)
  expect(await findRuff(join(bin, 'python'), '')).toBe(program)
  expect(await findRuff(null, bin)).toBe(program)
  expect(await findRuff('python', 'bin:.')).toBeNull()
})
