/**
 * Runs ruff (https://docs.astral.sh/ruff/) over cells as a notebook on its standard input: it leaves magics as they are and
 * knows names of other cells. The settings of the project hold, as ruff finds them beside the notebook.
 */
import { spawn } from 'node:child_process'
import { z } from 'zod'
import type { CodeCell, Formatted, Linted, LintMark } from '../../contract/code-tools.ts'
import { MOST_MARKS } from '../../contract/code-tools.ts'

/** Which ruff, and the notebook's absolute path, by which it finds its settings. */
export interface Ruff {
  readonly program: string
  readonly path: string
  readonly cwd: string
}

const LIMIT_MS = 20_000
const MOST_OUTPUT = 64 * 1024 * 1024
/** Cells that are formatted one by one at the same time. */
const AT_ONCE = 4

/** ruff failed, or took too long. */
export class RuffError extends Error {}

/** The cells that differ when they are formatted; those that are no valid Python are named and left out. */
export async function formatCells(ruff: Ruff, cells: readonly CodeCell[]): Promise<Omit<Formatted, 'tool'>> {
  const whole = await formatted(ruff, cells)
  if (whole !== null) return { changed: [...whole], failed: [] }
  const failed: string[] = []
  const changed: CodeCell[] = []
  const waiting = [...cells]
  const work = async (): Promise<void> => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      const result = await formatted(ruff, [cell])
      if (result === null) failed.push(cell.id)
      else changed.push(...result)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { changed, failed }
}

const FormattedNotebook = z.object({
  cells: z.array(z.object({ source: z.union([z.string(), z.array(z.string())]) })),
})

/** Null where a cell is no valid Python. */
async function formatted(ruff: Ruff, cells: readonly CodeCell[]): Promise<readonly CodeCell[] | null> {
  const { code, stdout, stderr } = await run(ruff, ['format', '--quiet'], cells)
  // Quietly, it prints nothing of code that it cannot parse.
  if (code !== 0 && stderr.trim() === '') return null
  if (code !== 0) throw new RuffError(`ruff failed: ${stderr.slice(0, 1000)}`)
  const parsed = FormattedNotebook.parse(JSON.parse(stdout))
  if (parsed.cells.length !== cells.length) throw new RuffError('ruff answered another number of cells.')
  return cells.flatMap(({ id, source }, place) => {
    const next = parsed.cells[place]?.source ?? source
    const text = typeof next === 'string' ? next : next.join('')
    return text === source ? [] : [{ id, source: text }]
  })
}

const Position = z.object({ row: z.int(), column: z.int() })
const Diagnostic = z.object({
  cell: z.int().nullable(),
  code: z.string().nullable(),
  message: z.string(),
  location: Position,
  end_location: Position,
})
type Diagnostic = z.infer<typeof Diagnostic>

/** Rules for code that fails when it runs: syntax (E9), undefined names and their like. */
const FAILS = /^(?:E9|F(?:63|7|82))/

export async function lintCells(ruff: Ruff, cells: readonly CodeCell[]): Promise<Omit<Linted, 'tool'>> {
  const { code, stdout, stderr } = await run(
    ruff,
    ['check', '--output-format', 'json', '--exit-zero', '--no-fix'],
    cells,
  )
  if (code !== 0) throw new RuffError(`ruff failed: ${stderr.slice(0, 1000)}`)
  const found = z.array(Diagnostic).parse(JSON.parse(stdout))
  const marks = found.slice(0, MOST_MARKS).flatMap((one) => markOf(one, cells) ?? [])
  return { marks, cut: found.length > MOST_MARKS }
}

function markOf(one: Diagnostic, cells: readonly CodeCell[]): LintMark | null {
  const cell = cells[(one.cell ?? 1) - 1]
  if (cell === undefined) return null
  const lines = cell.source.split('\n')
  const place = ({ row, column }: z.infer<typeof Position>) => {
    const at = Math.min(Math.max(row, 1), lines.length)
    return { row: at, column: utf16Column(lines[at - 1] ?? '', column) }
  }
  const [from, to] = [place(one.location), place(one.end_location)]
  const isSyntax = one.code === null || one.code === 'invalid-syntax'
  return {
    cell: cell.id,
    code: isSyntax ? null : one.code,
    message: one.message.slice(0, 2000),
    row: from.row,
    column: from.column,
    endRow: to.row,
    endColumn: to.column,
    isError: isSyntax || FAILS.test(one.code ?? ''),
  }
}

/** ruff counts characters. */
const utf16Column = (line: string, column: number): number =>
  [...line].slice(0, Math.max(0, column - 1)).join('').length + 1

/** The cells as ruff reads a notebook. */
function notebookOf(cells: readonly CodeCell[]): string {
  return JSON.stringify({
    cells: cells.map(({ source }, place) => ({
      cell_type: 'code',
      id: `c${place}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  })
}

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(
  { program, path, cwd }: Ruff,
  words: readonly string[],
  cells: readonly CodeCell[],
): Promise<Ran> {
  const [verb = '', ...options] = words
  const { promise, resolve, reject } = Promise.withResolvers<Ran>()
  const child = spawn(program, [verb, '--no-cache', ...options, '--stdin-filename', path, '-'], {
    cwd,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  let size = 0
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (bytes: Buffer) => {
      size += bytes.length
      if (size > MOST_OUTPUT) child.kill('SIGKILL')
      else parts[name].push(bytes)
    })
  // It may end before it has read everything; then its exit code says why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(notebookOf(cells))
  child.on('error', (error) => reject(new RuffError(`${program} did not start: ${error.message}`)))
  child.on('close', (code, signal) => {
    if (signal !== null) return reject(new RuffError('ruff took too long, or wrote too much.'))
    const text = (name: 'stdout' | 'stderr') => Buffer.concat(parts[name]).toString('utf8')
    resolve({ code: code ?? 1, stdout: text('stdout'), stderr: text('stderr') })
  })
  return promise
}
