import { afterEach, describe, expect, test } from 'vitest'
import { executionCount, executionState, findCell } from '../../contract/document.ts'
import { perform } from '../../src/session/commands.ts'
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

async function opened(cells: Readonly<Record<string, string>>) {
  const made = await openHouse(await makeProject(cells))
  house = made
  return { house: made, ...(await made.open()) }
}

describe.skipIf(python === null)(`a session with a real kernel${whySkipped}`, () => {
  test('outputs are in the order in which they came, with their count', async () => {
    const { session, doc } = await opened({
      a: 'import sys\nprint("one")\nprint("two", file=sys.stderr, flush=True)\nprint("three")\n40 + 2',
    })
    await runAll(session, ['a'])
    const outputs = outputsOf(doc, 'a')
    expect(outputs.at(-1)).toMatchObject({ output_type: 'execute_result', data: { 'text/plain': '42' } })
    const streams = outputs.slice(0, -1)
    expect(streams.filter(({ name }) => name === 'stdout').map(({ text }) => text)).toEqual([
      expect.stringContaining('one'),
      ...(streams.length > 2 ? ['three\n'] : []),
    ])
    expect(streams.find(({ name }) => name === 'stderr')).toMatchObject({ text: 'two\n' })
    const cell = findCell(doc, 'a')?.cell
    expect(cell && executionCount(cell)).toBe(1)
    expect(cell && executionState(cell)).toBe('idle')
  })

  test('what IPython shows in a pager is an output, in the document and in the record', async () => {
    const {
      house: made,
      session,
      doc,
    } = await opened({
      a: 'def weigh(mass):\n    "Newtons."\n',
      b: 'print("first")\nweigh?',
      c: '1/0',
    })
    await runAll(session, ['a', 'b', 'c'])
    const [printed, page, ...rest] = outputsOf(doc, 'b')
    expect(printed).toMatchObject({ output_type: 'stream', text: 'first\n' })
    expect(page).toMatchObject({
      output_type: 'display_data',
      data: { 'text/plain': expect.stringContaining('Newtons.') },
    })
    expect(rest).toEqual([])
    expect(outputsOf(doc, 'c')).toMatchObject([{ output_type: 'error' }])
    const recorded = await receipts(made)
    expect(recorded.map(({ outputs }) => outputs.length)).toEqual([0, 2, 1])
  })

  test('a progress bar that returns to the start of its line is one line', async () => {
    const { session, doc } = await opened({
      a: 'for i in range(101):\n    print(f"\\r{i} %", end="", flush=True)',
    })
    await runAll(session, ['a'])
    expect(textOf(doc, 'a')).toBe('100 %')
  })

  test('a display that is updated from another cell changes in its place', async () => {
    const { session, doc } = await opened({
      a: 'from IPython.display import display\nh = display("before", display_id=True)',
      b: 'h.update("after")',
    })
    await runAll(session, ['a', 'b'])
    expect(outputsOf(doc, 'a')).toMatchObject([{ data: { 'text/plain': "'after'" } }])
    expect(outputsOf(doc, 'b')).toEqual([])
  })

  test('clear_output removes the outputs before it', async () => {
    const { session, doc } = await opened({
      a: 'from IPython.display import clear_output\nprint("old")\nclear_output(wait=True)\nprint("new")',
    })
    await runAll(session, ['a'])
    expect(textOf(doc, 'a')).toBe('new\n')
  })

  test('a prompt is shown, answered and over', async () => {
    const { session, doc } = await opened({ a: 'print("hello", input("who? "))' })
    await session.run(['a'], ada)
    await untilView(session, ({ prompt }) => prompt !== null)
    const prompt = session.view().prompt
    expect(prompt).toMatchObject({ cell: 'a', text: 'who? ', password: false })
    expect(session.input('another run', 'x')).toMatch(/does not wait/)
    expect(session.input(prompt?.run ?? '', 'Ada')).toBeNull()
    await untilView(session, isIdle)
    await session.settled()
    expect(session.view().prompt).toBeNull()
    expect(textOf(doc, 'a')).toContain('hello Ada')
  })

  test('an interrupted run is recorded as an error, and what waited behind it as aborted', async () => {
    const { session, doc, house } = await opened({
      a: 'print("go", flush=True)\nimport time\ntime.sleep(60)',
      b: '1',
    })
    await session.run(['a', 'b'], ada)
    await untilDoc(doc, () => textOf(doc, 'a') === 'go\n')
    expect(session.interrupt()).toBeNull()
    await untilView(session, isIdle)
    await session.settled()
    const [first, second] = await receipts(house)
    expect(first).toMatchObject({ cellId: 'a', outcome: 'error', error: { ename: 'KeyboardInterrupt' } })
    expect(second).toMatchObject({ cellId: 'b', outcome: 'aborted', started: null })
  })

  test('a restart ends the old session in the log before the new one begins, with nothing of the old', async () => {
    const { session, doc, house } = await opened({
      a: 'x = 1\nprint("set", flush=True)\nimport time\ntime.sleep(60)',
      b: '"x" in globals()',
    })
    await session.run(['a'], ada)
    await untilDoc(doc, () => textOf(doc, 'a') === 'set\n')
    const before = session.view().session
    expect(await session.restart(null, ['b'], ada)).toBeNull()
    await untilView(session, isIdle)
    await session.settled()
    expect(outputsOf(doc, 'b')).toMatchObject([{ data: { 'text/plain': 'False' } }])
    const log: string[] = []
    for await (const { entry } of house.store.runs.read())
      log.push('session' in entry ? `${entry.type} ${entry.session === before}` : entry.type)
    expect(log).toEqual([
      'session-started true',
      'run-queued true',
      'run-started',
      'run-ended',
      'session-ended true',
      'session-started false',
      'run-queued false',
      'run-started',
      'run-ended',
    ])
    const [first, second] = await receipts(house)
    expect(first).toMatchObject({ outcome: 'died', death: expect.stringContaining('restarted by Ada') })
    expect(second).toMatchObject({ outcome: 'ok', order: 1, executionCount: 1 })
  })

  test('a death is recorded and reported, and nothing runs until a restart', async () => {
    const { session, house } = await opened({
      a: 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)',
      b: '1',
    })
    await session.run(['a', 'b'], ada)
    await untilView(session, ({ kernel }) => kernel.state === 'dead')
    await session.settled()
    expect((await receipts(house)).map(({ outcome }) => outcome)).toEqual(['died', 'aborted'])
    expect(session.view().kernel.problem).toMatch(/Restart/)
    expect(await session.run(['b'], ada)).toMatch(/dead/)
    expect(await session.restart(null, ['b'], ada)).toBeNull()
    await untilView(session, isIdle)
    await session.settled()
    expect((await receipts(house)).at(-1)).toMatchObject({ cellId: 'b', outcome: 'ok' })
    expect(await house.store.index.openSessions()).toHaveLength(1)
  })

  test('runs are recorded with what they read and made, in the order in which they ended', async () => {
    const { session, house } = await opened({ a: 'x = 1', b: 'y = x + 1', c: 'print(y)' })
    await runAll(session, ['a', 'b', 'c'])
    const all = await receipts(house)
    expect(all.map(({ order, cellId, outcome }) => [order, cellId, outcome])).toEqual([
      [1, 'a', 'ok'],
      [2, 'b', 'ok'],
      [3, 'c', 'ok'],
    ])
    expect(all[1]?.usedNames).toContain('x')
    expect(all[1]?.generatedNames).toContain('y')
    expect(all.flatMap(({ notCaptured }) => notCaptured)).toEqual([])
  })

  test('completion answers beside a run, with offsets that the browser counts', async () => {
    const { session, doc, house, id } = await opened({
      a: 'print("go", flush=True)\nimport time\ntime.sleep(60)',
    })
    await session.run(['a'], ada)
    await untilDoc(doc, () => textOf(doc, 'a') === 'go\n')
    const visit = await house.sessions.visit(id)
    if (visit === null) throw new Error('the notebook is gone')
    const code = '"🦜🦜"; pri'
    const answer = await perform(visit, { id: '1', type: 'complete', code, cursor: code.length }, ada)
    expect(answer).toMatchObject({ type: 'reply', content: { cursor_end: code.length } })
    expect(answer).toMatchObject({ content: { cursor_start: code.length - 3 } })
    if (answer.type === 'reply') expect(answer.content.matches).toContain('print')
    visit.leave()
  })
})
