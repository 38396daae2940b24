/** `YESTERDAY_LOG=debug`: one run is followed by its id from the operation to the record. Its code is not logged. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newFolder, start } from './program.ts'

let cwd = ''
beforeEach(async () => {
  cwd = await newFolder()
  const cell = {
    cell_type: 'code',
    id: 'c1',
    source: 'x = 41 + 1',
    metadata: {},
    outputs: [],
    execution_count: null,
  }
  await writeFile(
    join(cwd, 'a.ipynb'),
    JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  )
})
afterEach(() => rm(cwd, { recursive: true, maxRetries: 5 }))

interface Line {
  readonly msg?: string
  readonly run?: string
  readonly action?: string
  readonly operation?: string
}

const linesOf = (text: string): Line[] =>
  text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))

test('a run is followed by its id', async () => {
  const { code, err } = await start({ cwd, env: { YESTERDAY_LOG: 'debug' } }, ['run', 'a.ipynb'])
  expect(code).toBe(0)
  const lines = linesOf(err)
  const sent = lines.find((line) => line.msg === 'execute request sent')
  expect(sent).toMatchObject({ level: 'debug', cell: 'c1' })
  const steps = lines.filter((line) => JSON.stringify(line).includes(String(sent?.run)))
  const names = steps.map((line) => line.action ?? line.operation ?? line.msg)
  expect(names).toEqual(expect.arrayContaining(['RunCells', 'logQueued', 'execute', 'endRun', 'Recorded']))
  expect(err).not.toContain('41 + 1')
})

test('a level that does not exist is named, with those that do', async () => {
  const { err } = await start({ cwd, env: { YESTERDAY_LOG: 'loud' } }, ['log'])
  expect(linesOf(err)).toEqual([
    expect.objectContaining({ level: 'warn', msg: expect.stringContaining('debug') }),
  ])
})
