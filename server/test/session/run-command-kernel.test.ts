import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { openStoreToRead } from '../../src/store/open-store.ts'
import { makeProject, python, whySkipped } from './house.ts'

const program = join(import.meta.dirname, '../../bin/yesterday.js')

let root = ''
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

function start(...words: readonly string[]) {
  const child = spawn(process.execPath, [program, 'run', 'a.ipynb', ...words], {
    cwd: root,
    env: { ...process.env, YESTERDAY_PYTHON: python ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { child, ended: ended.then(([out, err]) => ({ code: child.exitCode, out, err })) }
}

async function outcomes(): Promise<string[]> {
  const store = openStoreToRead({ root })
  const { runs } = await store.index.page({})
  expect(await store.index.openSessions()).toEqual([])
  await store.close()
  return runs.map(({ cellId, outcome }) => `${cellId} ${outcome}`).reverse()
}

const stubborn = `import time
open("begun", "w").close()
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        print("no")`

describe.skipIf(python === null)(`yesterday run${whySkipped}`, () => {
  test('runs all cells, saves what they said and leaves no kernel behind', async () => {
    root = await makeProject({ a: 'x = 20', b: 'x + 1' })
    const { code, out } = await start('--save', '--json').ended
    expect(code).toBe(0)
    const lines = out.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { cell: 1, cellId: 'a', outcome: 'ok' },
      { cell: 2, cellId: 'b', outcome: 'ok' },
    ])
    const saved = JSON.parse(await readFile(join(root, 'a.ipynb'), 'utf8'))
    expect(saved.cells[1].outputs).toMatchObject([{ data: { 'text/plain': ['21'] }, execution_count: 2 }])
    expect(await outcomes()).toEqual(['a ok', 'b ok'])
    expect(await readdir(join(root, '.yesterday', 'kernels'))).toEqual([])
  })

  test('a cell that ignores the interrupt ends with its kernel, and is recorded so', async () => {
    root = await makeProject({ a: stubborn, b: '1' })
    const { code, err } = await start('--timeout', '0.5').ended
    expect(code).toBe(1)
    expect(err).toMatch(/longer than 0.5 s and ignored the interrupt/)
    expect(await outcomes()).toEqual(['a died', 'b aborted'])
    expect(await readdir(join(root, '.yesterday', 'kernels'))).toEqual([])
  })

  test('a program that is stopped ends its kernel and records what it did', async () => {
    root = await makeProject({ a: stubborn })
    const watching = watch(root)
    const { child, ended } = start()
    while (!existsSync(join(root, 'begun'))) await once(watching, 'change')
    watching.close()
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 1 })
    expect(await outcomes()).toEqual(['a died'])
    expect(await readdir(join(root, '.yesterday', 'kernels'))).toEqual([])
  })

  test('a kernel that is not there is named, with those that are', async () => {
    root = await makeProject({ a: '1' })
    const { code, err } = await start('--kernel', 'nope').ended
    expect(code).toBe(1)
    expect(err).toMatch(/There is no kernel "nope"\. Choose one of these: .*python3/)
    expect(await outcomes()).toEqual([])
  })
})
