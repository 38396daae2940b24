/** From a notebook to its slice, through a real kernel and the program alone. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Receipt } from '../../contract/run.ts'
import { makeProject, python, whySkipped } from '../session/house.ts'
import { start, startUnread } from './program.ts'

const cells = {
  list: 'numbers = [1]',
  unrelated: 'other = 5',
  grow: 'numbers.append(2)',
  write: 'with open("sum.txt", "w") as file:\n    file.write(str(sum(numbers)))',
  read: 'total = open("sum.txt").read()\nprint(total)',
}
const RunLine = z.object({ run: z.string(), cellId: z.string() })
const Slice = z.strictObject({
  runs: z.array(z.strictObject({ run: z.string(), cell: z.number(), cellId: z.string() })),
})

describe.skipIf(python === null)(`a notebook that was run${whySkipped}`, () => {
  let root = ''
  const said = async (...words: readonly string[]) => {
    const { code, out, err } = await start({ cwd: root, env: { JUPYTER_PATH: join(root, 'jupyter') } }, words)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return out.trimEnd().split('\n')
  }
  const parsed = (line: string | undefined): unknown => JSON.parse(line ?? 'null')
  const runs = new Map<string, string>()
  const runOf = (cell: string) => runs.get(cell) ?? ''

  beforeAll(async () => {
    root = await makeProject(cells)
    const spec = join(root, 'jupyter', 'kernels', 'tested')
    await mkdir(spec, { recursive: true })
    const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']
    await writeFile(
      join(spec, 'kernel.json'),
      JSON.stringify({ argv, display_name: 'Tested', language: 'python' }),
    )
    for (const line of await said('run', 'a.ipynb', '--kernel', 'tested', '--json')) {
      const { run, cellId } = RunLine.parse(parsed(line))
      runs.set(cellId, run)
    }
  })
  afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

  const slice = async (asked: string) => {
    const [line] = await said('slice', asked, '--json')
    return Slice.parse(parsed(line)).runs.map(({ cellId }) => cellId)
  }

  test('has the slice that its code says', async () => {
    expect(await slice(runOf('read'))).toEqual(['list', 'grow', 'write', 'read'])
    expect(await slice(`${runOf('read').slice(0, 10)}:sum.txt`)).toEqual(['list', 'grow', 'write'])
    expect(await slice(runOf('unrelated'))).toEqual(['unrelated'])
  })

  test('has its receipts', async () => {
    const [line] = await said('show', runOf('read'), '--json')
    const receipt = Receipt.parse(parsed(line))
    expect(receipt).toMatchObject({ cell: 5, cellId: 'read', outcome: 'ok', source: cells.read, order: 5 })
    expect(receipt.outputs).toMatchObject([{ mime: 'text/plain', outputType: 'stream', name: 'stdout' }])
    expect(receipt.used).toContainEqual(
      expect.objectContaining({ kind: 'file', name: 'sum.txt', by: runOf('write') }),
    )
    expect(receipt.generated).toContainEqual(expect.objectContaining({ kind: 'variable', name: 'total' }))
  })

  test('has its lines in the log, and nothing is damaged', async () => {
    expect(await said('log', 'a.ipynb', '--json')).toHaveLength(5)
    expect(await said('fsck')).toContainEqual(expect.stringMatching(/all is well$/))
  })

  test('is run to its end, and recorded, after its output is closed', async () => {
    const words = ['run', 'a.ipynb', '--kernel', 'tested', '--json']
    const env = { JUPYTER_PATH: join(root, 'jupyter') }
    const { code, out, err } = await startUnread({ cwd: root, env }, words)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(RunLine.parse(parsed(out.split('\n')[0]))).toMatchObject({ cellId: 'list' })
    expect(await said('log', 'a.ipynb', '--json')).toHaveLength(10)
  })

  test('leaves no kernel', async () => {
    const [line] = await said('kernels', '--json')
    expect(parsed(line)).toMatchObject({ kernels: [] })
  })
})
