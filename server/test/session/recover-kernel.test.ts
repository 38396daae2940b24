import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { cellsOf, executionState } from '../../contract/document.ts'
import { listQuarantine, Quarantine } from '../../src/session/quarantine.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { readMarker, writeMarker } from '../../src/watchdog/recovery-marker.ts'
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

  test('a run that finished without a server is recorded as ok, with all it said', async () => {
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

  test('a failure without a server aborts the queue', async () => {
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

  test('a session whose kernel cannot be looked for is closed, its runs have their end, and people get a notice', async () => {
    const before = await openHouse(await makeProject({ a: 'x = 5' }))
    const { session, id } = await before.open()
    await runAll(session, ['a'])
    await before.close({ shutdown: false })
    const made = await openHouse(before.root)
    house = made
    made.kernels.find = () => Promise.reject(new Error('its folder cannot be read'))
    await made.sessions.recover()
    expect(made.problems).toEqual([expect.stringMatching(/a\.ipynb: .*its folder cannot be read/)])
    const visit = await made.sessions.visit(id)
    expect(visit?.lost).toContain('its folder cannot be read')
    visit?.leave()
    expect(await made.store.index.openSessions()).toEqual([])
    expect(await readdir(join(before.root, '.yesterday', 'kernels'))).toEqual([])
  })

  /** A run that goes on while no server is there; what it spooled cannot be read. */
  async function withBrokenSpool() {
    const root = await makeProject({
      a: `open("at-a", "w").close()\n${waitFor('go')}\nx = 5\nprint("done")`,
      b: 'x',
    })
    await crashAt(root, 'at-a')
    const made = await openHouse(root)
    house = made
    const find = made.kernels.find.bind(made.kernels)
    made.kernels.find = async (address) => {
      const spool = join(root, '.yesterday', 'kernels', address.kernelId, 'spool')
      if ((await readdir(spool)).some((name) => name.endsWith('.frames') || name.endsWith('.asked.json')))
        throw new Error('nested too deeply')
      return find(address)
    }
    return { root, made }
  }

  const quarantined = (root: string) => listQuarantine(join(root, '.yesterday'))

  test('a spool that cannot be read is moved aside; the kernel goes on, and the run has its end', async () => {
    const { root, made } = await withBrokenSpool()
    await made.sessions.recover()
    const { id, session } = await made.open()
    await session.settled()
    expect(await ended(made)).toEqual(['a error', 'b aborted'])
    expect(quarantined(root)).toMatchObject([
      {
        notebook: 'a.ipynb',
        why: 'nested too deeply',
        files: expect.arrayContaining([expect.stringMatching(/\.asked\.json$/)]),
      },
    ])
    const visit = await made.sessions.visit(id)
    expect(visit?.lost).toContain('nested too deeply')
    expect(visit?.lost).toContain(quarantined(root)[0]?.folder)
    visit?.leave()
    await writeFile(join(root, 'go'), '')
    await runAll(session, ['b'])
    expect(await ended(made)).toEqual(['a error', 'b aborted', 'b ok'])
    await made.close({ shutdown: false })
    // The next start is as any other.
    const { doc } = await recovered(root)
    expect(outputsOf(doc, 'b')).toMatchObject([{ data: { 'text/plain': '5' } }])
  })

  test.each([
    [
      'a server that failed while it recovered a session',
      { tries: 1, fault: 'the server was stuck for 30 s' },
    ],
    ['a server that was killed four times while it recovered a session', { tries: 4, fault: null }],
  ])('%s: the next start moves its spool aside and reports it', async (_, marked) => {
    const root = await makeProject({ a: 'x = 5', b: 'x' })
    const before = await openHouse(root)
    const { session } = await before.open()
    await runAll(session, ['a'])
    const name = session.view().session ?? ''
    await before.close({ shutdown: false })
    writeMarker(join(root, '.yesterday'), { session: name, ...marked })
    const made = await openHouse(root)
    house = made
    await made.sessions.recover()
    expect(made.problems).toEqual([expect.stringContaining(marked.fault ?? '4 times')])
    expect(quarantined(root)).toMatchObject([{ session: name }])
    expect(readMarker(join(root, '.yesterday'))).toBeNull()
    const again = await made.open()
    await runAll(again.session, ['b'])
    expect(outputsOf(again.doc, 'b')).toMatchObject([{ data: { 'text/plain': '5' } }])
  })

  test('a session that fails again after its spool was moved is closed without being looked at', async () => {
    const root = await makeProject({ a: 'x = 5' })
    const before = await openHouse(root)
    const { session } = await before.open()
    await runAll(session, ['a'])
    const name = session.view().session ?? ''
    await before.close({ shutdown: false })
    const folder = join(root, '.yesterday')
    const [open] = await withStore(root, (store) => store.index.openSessions())
    if (open === undefined) throw new Error('no session is open')
    const nothing = { moveSpool: async () => [] }
    await new Quarantine(folder, nothing).take(open.session, 'the server crashed with SIGSEGV')
    writeMarker(folder, { session: name, tries: 1, fault: 'the server crashed with SIGSEGV' })
    const made = await openHouse(root)
    house = made
    made.kernels.find = () => Promise.reject(new Error('it is not to be looked at'))
    await made.sessions.recover()
    expect(made.problems).toEqual([expect.stringMatching(/closed: the server crashed with SIGSEGV/)])
    expect(await made.store.index.openSessions()).toEqual([])
  })

  test('a kill from outside is no fault of the session', async () => {
    const root = await makeProject({ a: 'x = 5' })
    const before = await openHouse(root)
    const { session } = await before.open()
    await runAll(session, ['a'])
    const name = session.view().session ?? ''
    await before.close({ shutdown: false })
    writeMarker(join(root, '.yesterday'), { session: name, tries: 3, fault: null })
    await recovered(root)
    expect(quarantined(root)).toEqual([])
  })
})

async function withStore<T>(root: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ root })
  return work(store).finally(() => store.close())
}
