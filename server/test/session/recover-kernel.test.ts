import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { cellsOf, executionState } from '../../contract/document.ts'
import {
  ada,
  type House,
  isIdle,
  makeProject,
  openHouse,
  outputsOf,
  python,
  raze,
  receipts,
  runAll,
  textOf,
  untilDoc,
  untilView,
  whySkipped,
} from './house.ts'

let house: House | null = null
afterEach(async () => {
  if (house !== null) await raze(house)
  house = null
})

/** Settles when the file is there. */
async function untilFile(root: string, name: string): Promise<void> {
  const watching = watch(root)
  while (!existsSync(join(root, name))) await once(watching, 'change')
  watching.close()
}

/** A server of its own process runs all cells and is killed when the file is there. */
async function crashAt(root: string, file: string): Promise<void> {
  const script = join(import.meta.dirname, 'abandoned-server.ts')
  const server = spawn(process.execPath, [script, root], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(server, 'exit')
  await untilFile(root, file)
  server.kill('SIGKILL')
  await ended
}

/** The server after the crash. */
async function recovered(root: string) {
  const made = await openHouse(root)
  house = made
  await made.sessions.recover()
  expect(made.problems).toEqual([])
  return { house: made, ...(await made.open()) }
}

const waitFor = (name: string): string =>
  `import os, time\nwhile not os.path.exists("${name}"): time.sleep(0.02)`
const ended = async (of: House) => (await receipts(of)).map(({ cellId, outcome }) => `${cellId} ${outcome}`)

describe.skipIf(python === null)(`a server that was killed${whySkipped}`, () => {
  test('the running run goes on, the frozen queue follows, variables are there', async () => {
    const root = await makeProject({
      a: 'x = 41',
      b: `print("before", flush=True)\nopen("at-b", "w").close()\n${waitFor('go')}\nprint("after")`,
      c: 'x + 1',
    })
    await crashAt(root, 'at-b')
    const { house, session, doc } = await recovered(root)
    expect(session.view()).toMatchObject({ running: { cell: 'b' }, queue: [{ cell: 'c' }] })
    await untilDoc(doc, () => textOf(doc, 'b').includes('before'))
    const [, , third] = cellsOf(doc).toArray()
    expect(third && executionState(third)).toBe('queued')
    await writeFile(join(root, 'go'), '')
    await untilView(session, isIdle)
    await session.settled()
    expect(await ended(house)).toEqual(['a ok', 'b ok', 'c ok'])
    expect(textOf(doc, 'b')).toBe('before\nafter\n')
    expect(outputsOf(doc, 'c')).toMatchObject([{ data: { 'text/plain': '42' } }])
    const all = await receipts(house)
    expect(all.map(({ order }) => order)).toEqual([1, 2, 3])
    expect(all[2]?.usedNames).toContain('x')
    expect(all.flatMap(({ notCaptured }) => notCaptured)).toEqual([])
    expect(all[2]?.environment?.facets).toMatchObject({ implementation: 'CPython' })
  })

  test('a run that finished while nobody listened is recorded as ok, with all it said', async () => {
    const root = await makeProject({
      a: 'open("at-a", "w").close()\nfor i in range(100): print(i)\nresult = 7\nimport atexit, IPython\nIPython.get_ipython().events.register("post_run_cell", lambda *_: open("over", "w").close())',
    })
    await crashAt(root, 'at-a')
    await untilFile(root, 'over')
    const { house, session, doc } = await recovered(root)
    await untilView(session, isIdle)
    await session.settled()
    const [only] = await receipts(house)
    expect(only).toMatchObject({ cellId: 'a', outcome: 'ok', notCaptured: [] })
    expect(only?.generatedNames).toContain('result')
    expect(textOf(doc, 'a')).toBe(Array.from({ length: 100 }, (_, i) => `${i}\n`).join(''))
    await runAll(session, ['a'])
    expect(await ended(house)).toEqual(['a ok', 'a ok'])
    expect(await readdir(join(root, '.yesterday', 'kernels'))).not.toEqual([])
  })

  test('a failure while nobody listened aborts the queue', async () => {
    const root = await makeProject({ a: `open("at-a", "w").close()\n${waitFor('go')}\n1 / 0`, b: '2' })
    await crashAt(root, 'at-a')
    await writeFile(join(root, 'go'), '')
    const { house, session } = await recovered(root)
    await untilView(session, isIdle)
    await session.settled()
    expect(await ended(house)).toEqual(['a error', 'b aborted'])
  })

  test('a kernel that died meanwhile leaves an end for each run and for the session', async () => {
    const root = await makeProject({
      a: 'x = 1',
      b: `import os\nwith open("pid.part", "w") as f: f.write(str(os.getpid()))\nprint("said", flush=True)\nos.rename("pid.part", "pid")\n${waitFor('never')}`,
      c: '3',
    })
    await crashAt(root, 'pid')
    process.kill(Number(await readFile(join(root, 'pid'), 'utf8')), 'SIGKILL')
    const { house, session, doc } = await recovered(root)
    expect(await ended(house)).toEqual(['a ok', 'b died', 'c aborted'])
    expect(await house.store.index.openSessions()).toEqual([])
    expect(session.view().kernel.state).toBe('none')
    expect(textOf(doc, 'b')).toBe('said\n')
    expect(cellsOf(doc).toArray().map(executionState)).toEqual(['idle', 'idle', 'idle'])
    expect(await readdir(join(root, '.yesterday', 'kernels'))).toEqual([])
  })

  test('a server that stops in order leaves the running run to the next one', async () => {
    const root = await makeProject({
      a: `open("at-a", "w").close()\n${waitFor('go')}\nprint("done")`,
      b: '2',
    })
    const before = await openHouse(root)
    const { session } = await before.open()
    const asked = session.run(['a', 'b'], ada)
    await untilFile(root, 'at-a')
    expect(await asked).toBeNull()
    await before.close({ shutdown: false })
    await writeFile(join(root, 'go'), '')
    const after = await recovered(root)
    await untilView(after.session, isIdle)
    await after.session.settled()
    expect(await ended(after.house)).toEqual(['a ok', 'b ok'])
    expect(textOf(after.doc, 'a')).toBe('done\n')
  })

  test('one that stopped in order is found again as well', async () => {
    const before = await openHouse(await makeProject({ a: 'x = 5', b: 'x' }))
    const { session } = await before.open()
    await runAll(session, ['a'])
    await before.close({ shutdown: false })
    const after = await recovered(before.root)
    expect(after.session.view().kernel).toMatchObject({ state: 'idle', displayName: 'Tested Python' })
    expect(await after.session.run(['b'], ada)).toBeNull()
    await untilView(after.session, isIdle)
    await after.session.settled()
    expect(outputsOf(after.doc, 'b')).toMatchObject([{ data: { 'text/plain': '5' } }])
    expect(await ended(after.house)).toEqual(['a ok', 'b ok'])
  })

  test('who opens a notebook whose session could not be taken up is told so', async () => {
    const before = await openHouse(await makeProject({ a: 'x = 5' }))
    const { session, id } = await before.open()
    await runAll(session, ['a'])
    await before.close({ shutdown: false })
    const made = await openHouse(before.root)
    house = made
    const find = made.kernels.find.bind(made.kernels)
    made.kernels.find = () => Promise.reject(new Error('its folder cannot be read'))
    await made.sessions.recover()
    expect(made.problems).toEqual([expect.stringMatching(/a\.ipynb: its folder cannot be read$/)])
    const visit = await made.sessions.visit(id)
    expect(visit?.isLost).toBe(true)
    visit?.leave()
    // The kernel lives: found after all, it is ended with the house.
    made.kernels.find = find
    await made.sessions.recover()
  })
})
