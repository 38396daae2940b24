/** The battery of lineage (agent/tests/cases) through a kernel of any provider: the slice of the last cell, as its twin in Python. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { agentFolder } from '../src/agent-code.ts'
import { AgentRecord, type Kernel } from '../src/index.ts'

const FOLDER = join(agentFolder, 'tests', 'cases')

export interface LineageCase {
  readonly name: string
  /** Modules. */
  readonly needs: readonly string[]
  readonly cells: readonly string[]
  /** Places of the cells that the last one depends on, from 1. */
  readonly expected: readonly number[]
}

export const lineageCases = (): readonly LineageCase[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .flatMap((name) => parse(readFileSync(join(FOLDER, name), 'utf8')))

/** `## name | needed modules | places` opens a case; `--` separates its cells. */
function parse(text: string): readonly LineageCase[] {
  return `\n${text}`
    .split('\n## ')
    .slice(1)
    .map((block) => {
      const end = block.indexOf('\n')
      const [name = '', needs = '', places = ''] = block.slice(0, end).split('|')
      const body = block.slice(end + 1)
      return {
        name: name.trim(),
        needs: words(needs),
        cells: body.split('\n--\n').map((cell) => cell.replace(/^\n+|\n+$/g, '')),
        expected: words(places).map(Number),
      }
    })
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** Runs the cells in a folder of their own. Answers the places that the last one depends on, and what failed. */
export async function sliceOf(kernel: Kernel, { cells }: LineageCase, folder: string) {
  const records = new Map<string, AgentRecord>()
  kernel.on('record', (record) => {
    const read = AgentRecord.parse(record)
    records.set(read.run, read)
  })
  const run = async (code: string, runId: string): Promise<AgentRecord> => {
    await kernel.execute({ code, runId, cellId: runId }).done
    const record = await vi.waitFor(() => {
      const found = records.get(runId)
      if (found === undefined) throw new Error(`there is no record of run ${runId}`)
      return found
    })
    kernel.acknowledge(runId)
    return record
  }
  mkdirSync(folder, { recursive: true })
  // Cells name their results by the counter, as `_1`, which is set back when this one is over.
  const before = [
    `__import__('os').chdir(${JSON.stringify(folder)})`,
    "__import__('asyncio').get_running_loop().call_soon(setattr, get_ipython(), 'execution_count', 1)",
    'None',
  ].join('; ')
  await run(before, 'folder')
  const errors: string[] = []
  for (const [place, cell] of cells.entries()) {
    const { error } = await run(cell, String(place + 1))
    const text = `${error?.ename}: ${error?.evalue}`
    if (error && !text.includes('expected')) errors.push(text)
  }
  return { slice: behind(records, cells.length), errors }
}

function behind(records: ReadonlyMap<string, AgentRecord>, last: number): readonly number[] {
  const found = new Set<number>()
  const wanted = [last]
  for (let place = wanted.pop(); place !== undefined; place = wanted.pop())
    for (const { by } of records.get(String(place))?.used ?? []) {
      const other = Number(by ?? Number.NaN)
      if (!Number.isInteger(other) || other === place || found.has(other)) continue
      found.add(other)
      wanted.push(other)
    }
  found.delete(last)
  return [...found].sort((a, b) => a - b)
}

/** A part of the battery that differs by `turn`; the same for the same turn. */
export function partOf(all: readonly LineageCase[], count: number, turn: number): readonly LineageCase[] {
  const from = (turn * count) % all.length
  return [...all, ...all].slice(from, from + Math.min(count, all.length))
}

/** Names those that differ, all at once. */
export async function expectSame(
  cases: readonly LineageCase[],
  sliceIn: (one: LineageCase) => Promise<{ slice: readonly number[]; errors: readonly string[] }>,
): Promise<void> {
  const found: Record<string, unknown> = {}
  const wanted: Record<string, unknown> = {}
  const left = [...cases]
  const worker = async (): Promise<void> => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      found[one.name] = await sliceIn(one)
      wanted[one.name] = { slice: one.expected, errors: [] }
    }
  }
  await Promise.all([worker(), worker()])
  expect(found).toEqual(wanted)
}
