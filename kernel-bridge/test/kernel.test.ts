/** One kernel, from its start to its end, on a real ipykernel. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Death, Kernel, KernelStatus } from '../src/index.ts'
import { AgentRecord, KernelDeadError, RequestTimeoutError } from '../src/index.ts'
import {
  listenTo,
  python,
  realKernels,
  run,
  shownValue,
  specName,
  textOf,
  whySkipped,
} from './real-kernels.ts'

describe.skipIf(python === null)(`a living kernel${whySkipped}`, () => {
  let bridge: Awaited<ReturnType<typeof realKernels>>
  let kernel: Kernel

  beforeAll(async () => {
    bridge = await realKernels()
    kernel = await bridge.start()
  })
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    // What the failed test left running is no fault of the next one.
    await kernel.shutdown({ graceMs: 0 })
    kernel = await bridge.start()
    bridge.problems.length = 0
  })
  afterAll(() => bridge.end())

  it('says what it is and records', () => {
    expect(kernel.info).toMatchObject({ implementation: 'ipython', status: 'ok' })
    expect(kernel.agentProblem).toBeNull()
    expect(kernel.recording).toBe(true)
    expect(kernel.status).toBe('idle')
    expect(kernel.address).toMatchObject({ kernelId: kernel.id, specName })
  })

  it('records of the first run what it made and nothing of how recording began', async () => {
    const record = new Promise((resolve) => kernel.on('record', resolve))
    await run(kernel, 'import time\nfirst = 1')
    const { used, generated } = AgentRecord.parse(await record)
    expect(used).toEqual([])
    expect(generated.map(({ kind, name }) => [kind, name])).toEqual([
      ['variable', 'first'],
      ['variable', 'time'],
    ])
  })

  it('hands on what it published while it was paused, all of it, once it goes on', async () => {
    const heard = listenTo(kernel)
    kernel.pause(true)
    const text = 'x'.repeat(300_000)
    const { done } = kernel.execute({ code: 'print("x" * 300_000)', runId: 'paused', cellId: null })
    await kernel.request('shell', 'kernel_info_request', {})
    expect(heard.messages.filter(({ channel }) => channel === 'iopub')).toEqual([])
    kernel.pause(false)
    expect(await done).toMatchObject({ status: 'ok' })
    expect(textOf(heard.messages)).toBe(`${text}\n`)
  })

  it('hands on what a run says in order, all of it before the run is over, and its record after that', async () => {
    const heard = listenTo(kernel)
    const { msgId, done } = kernel.execute({ code: 'print("said")\n6 * 7', runId: 'ordered', cellId: 'c1' })
    const outcome = await done
    expect(outcome).toMatchObject({ status: 'ok', executionCount: expect.any(Number) })
    const iopub = heard.messages.filter(
      ({ channel, parent }) => channel === 'iopub' && parent.msg_id === msgId,
    )
    // In how many pieces a stream comes, and where among the others, depends on time.
    const types = iopub
      .map(({ header }) => header.msg_type)
      .filter((type) => type !== 'yesterday_record' && type !== 'stream')
    expect(types).toEqual(['status', 'execute_input', 'execute_result', 'status'])
    expect(textOf(iopub)).toBe('said\n')
    expect(heard.typesOf(msgId)).toContain('execute_reply')
    await heard.until(
      ({ header, parent }) => header.msg_type === 'yesterday_record' && parent.msg_id === msgId,
    )
    const said = heard.typesOf(msgId).filter((type) => type !== 'execute_reply')
    expect(said.at(-1)).toBe('yesterday_record')
  })

  it('emits the record of a run under its own run and cell', async () => {
    const records: unknown[] = []
    const off = kernel.on('record', (record) => records.push(record))
    await run(kernel, 'kept = 1', 'recorded')
    await vi.waitFor(() => expect(records).toHaveLength(1))
    off()
    expect(records).toMatchObject([{ run: 'recorded', cell: 'cell-of-recorded', outcome: 'ok' }])
  })

  it('is busy while a run goes and idle after it', async () => {
    const statuses: KernelStatus[] = []
    const off = kernel.on('status', (status) => statuses.push(status))
    await run(kernel, '1')
    off()
    expect(statuses).toEqual(['busy', 'idle'])
  })

  it('returns an error with its name, value and traceback', async () => {
    const outcome = await run(kernel, 'raise ValueError("on purpose")')
    expect(outcome).toMatchObject({ status: 'error', ename: 'ValueError', evalue: 'on purpose' })
    if (outcome.status === 'error') expect(outcome.traceback.join('\n')).toContain('on purpose')
  })

  it('runs what was sent after an error', async () => {
    const failed = run(kernel, '1 / 0')
    const next = run(kernel, 'went_on = True')
    expect((await failed).status).toBe('error')
    expect((await next).status).toBe('ok')
  })

  it('settles many executions sent at once, each with its own outcome, in order', async () => {
    const settled: number[] = []
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const outcome = await run(kernel, index % 2 ? 'raise KeyError' : 'pass')
        settled.push(index)
        return outcome.status
      }),
    )
    expect(outcomes).toEqual(Array.from({ length: 40 }, (_, index) => (index % 2 ? 'error' : 'ok')))
    expect(settled).toEqual(Array.from({ length: 40 }, (_, index) => index))
  })

  it('asks for input and takes the answer', async () => {
    const heard = listenTo(kernel)
    const { msgId, done } = kernel.execute({ code: 'name = input("Who? ")', runId: 'asks', cellId: null })
    const prompt = await heard.until(({ header, parent }) => {
      return header.msg_type === 'input_request' && parent.msg_id === msgId
    })
    expect(prompt).toMatchObject({ channel: 'stdin', content: { prompt: 'Who? ', password: false } })
    kernel.send({
      channel: 'stdin',
      msgType: 'input_reply',
      content: { status: 'ok', value: 'Ada' },
      parent: prompt.header,
    })
    expect((await done).status).toBe('ok')
    expect(await shownValue(kernel, 'name')).toBe("'Ada'")
  })

  it('refuses input where the request allows none', async () => {
    const { done } = kernel.execute({ code: 'input()', runId: 'mute', cellId: null, allowStdin: false })
    expect(await done).toMatchObject({ status: 'error', ename: 'StdinNotImplementedError' })
  })

  it('is interrupted and keeps its variables', async () => {
    const heard = listenTo(kernel)
    const code = 'before = 5\nprint("in")\nimport time\nwhile True: time.sleep(0.01)'
    const { msgId, done } = kernel.execute({ code, runId: 'endless', cellId: null })
    await heard.until(({ header, parent }) => header.msg_type === 'stream' && parent.msg_id === msgId)
    await kernel.interrupt()
    expect(await done).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' })
    expect(await shownValue(kernel, 'before')).toBe('5')
  })

  it('is interrupted at whatever instant it is asked for, also before the code has begun', async () => {
    const heard = listenTo(kernel)
    for (let round = 0; round < 40; round++) {
      const code = `print("at it", flush=True)\nimport time\ntime.sleep(600)`
      const { msgId, done } = kernel.execute({ code, runId: `instant-${round}`, cellId: null })
      const moments = ['none', 'status', 'execute_input', 'stream']
      const moment = moments[round % moments.length] ?? 'none'
      if (moment !== 'none')
        await heard.until(({ header, parent }) => header.msg_type === moment && parent.msg_id === msgId)
      await Promise.all([kernel.interrupt(), kernel.interrupt()])
      expect([moment, await done]).toMatchObject([moment, { status: 'error', ename: 'KeyboardInterrupt' }])
    }
    expect(await shownValue(kernel, '1 + 1')).toBe('2')
  })

  it('is interrupted while a cell awaits, long before what it waits for', async () => {
    const heard = listenTo(kernel)
    const code = 'import asyncio\nprint("in", flush=True)\nawait asyncio.sleep(3600)'
    const { msgId, done } = kernel.execute({ code, runId: 'awaits', cellId: null })
    await heard.until(({ header, parent }) => header.msg_type === 'stream' && parent.msg_id === msgId)
    await kernel.interrupt()
    expect(await done).toMatchObject({ status: 'error', ename: 'CancelledError' })
    expect(await shownValue(kernel, '1 + 1')).toBe('2')
  })

  it('is interrupted in a finalizer, which drops what is raised in it', async () => {
    const heard = listenTo(kernel)
    const idle = 'for i in range(10**6): pass'
    const slow = `class Slow:\n    def __del__(self):\n        ${idle}`
    const code = `${slow}\nprint("in", flush=True)\nwhile True:\n    Slow()\n    ${idle}`
    const { msgId, done } = kernel.execute({ code, runId: 'finalizers', cellId: null })
    await heard.until(({ header, parent }) => header.msg_type === 'stream' && parent.msg_id === msgId)
    await kernel.interrupt()
    expect(await done).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' })
  })

  it('completes while a cell runs', async () => {
    const heard = listenTo(kernel)
    const code = 'findable_name = 1\nprint("going")\nimport time\nwhile True: time.sleep(0.01)'
    const { msgId, done } = kernel.execute({ code, runId: 'beside', cellId: null })
    await heard.until(({ header, parent }) => header.msg_type === 'stream' && parent.msg_id === msgId)
    const content = { code: 'findable_', cursor_pos: 9 }
    const reply = await kernel.request('shell', 'complete_request', content, { whileBusy: true })
    expect(reply).toMatchObject({ status: 'ok', matches: ['findable_name'] })
    expect(kernel.status).toBe('busy')
    await kernel.interrupt()
    await done
  })

  it('rejects a request that is not answered in time', async () => {
    const { done } = kernel.execute({ code: 'input()', runId: 'late', cellId: null })
    const heard = listenTo(kernel)
    const prompt = heard.until(({ header }) => header.msg_type === 'input_request')
    await expect(kernel.request('shell', 'history_request', {}, { timeoutMs: 20 })).rejects.toThrow(
      RequestTimeoutError,
    )
    kernel.send({
      channel: 'stdin',
      msgType: 'input_reply',
      content: { value: '' },
      parent: (await prompt).header,
    })
    await done
  })

  it('passes comm messages and their buffers both ways', async () => {
    const heard = listenTo(kernel)
    await run(
      kernel,
      `
from ipykernel.comm import Comm
def opened(comm, message):
    @comm.on_msg
    def answer(message):
        comm.send({"echo": message["content"]["data"]}, buffers=[bytes(b)[::-1] for b in message["buffers"]])
get_ipython().kernel.comm_manager.register_target("echo", opened)`,
    )
    const channel = 'shell'
    kernel.send({ channel, msgType: 'comm_open', content: { comm_id: 'k', target_name: 'echo', data: {} } })
    const buffers = [new Uint8Array([1, 2, 3]), new Uint8Array()]
    const content = { comm_id: 'k', data: { n: 1 } }
    const sent = kernel.send({ channel, msgType: 'comm_msg', content, buffers })
    const answer = await heard.until(
      ({ header, parent }) => header.msg_type === 'comm_msg' && parent.msg_id === sent,
    )
    expect(answer.content).toEqual({ comm_id: 'k', data: { echo: { n: 1 } } })
    expect(answer.buffers.map((buffer) => [...buffer])).toEqual([[3, 2, 1], []])
  })

  it('passes unknown messages of the kernel on', async () => {
    const heard = listenTo(kernel)
    const { msgId, done } = kernel.execute({
      code: `
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "never_heard_of", {"odd": [None]}, parent=kernel.get_parent())`,
      runId: 'odd',
      cellId: null,
    })
    await done
    expect(heard.typesOf(msgId)).toContain('never_heard_of')
  })

  it('leaves no problem behind', () => {
    expect(bridge.problems).toEqual([])
  })
})

describe.skipIf(python === null)(`the ends of a kernel${whySkipped}`, () => {
  let bridge: Awaited<ReturnType<typeof realKernels>>

  beforeAll(async () => {
    bridge = await realKernels()
  })
  afterAll(() => bridge.end())

  const deathOf = (kernel: Kernel): Promise<Death> => new Promise((resolve) => kernel.on('dead', resolve))

  it('restarts: a new process, no variables, and nothing heard of its start', async () => {
    const kernel = await bridge.start()
    await run(kernel, 'gone = 1')
    const open = kernel.execute({ code: 'input()', runId: 'cut', cellId: null }).done
    const before = kernel.here?.pid
    const statuses: KernelStatus[] = []
    const deaths: Death[] = []
    kernel.on('status', (status) => statuses.push(status))
    kernel.on('dead', (death) => deaths.push(death))
    await kernel.restart()
    const heard = listenTo(kernel)
    expect(await open).toMatchObject({ status: 'died', death: { likely: 'restarted as asked' } })
    expect(kernel.here?.pid).not.toBe(before)
    expect(kernel.recording).toBe(true)
    expect(await run(kernel, 'gone')).toMatchObject({ status: 'error', ename: 'NameError' })
    const strangers = heard.messages.filter(({ parent }) => parent.msg_type !== 'execute_request')
    expect(strangers).toEqual([])
    expect(statuses.filter((status) => status === 'restarting')).toHaveLength(1)
    expect(statuses.at(-1)).toBe('idle')
    expect(deaths).toEqual([])
    await kernel.shutdown()
  })

  it('emits no message of a restart to listeners from before it', async () => {
    const kernel = await bridge.start()
    const recorded = new Promise((resolve) => kernel.on('record', resolve))
    await run(kernel, '1')
    await recorded
    const heard = listenTo(kernel)
    await kernel.restart()
    await run(kernel, '2', 'after-restart')
    const strangers = heard.messages.filter(({ parent }) => parent.msg_id !== 'execute-after-restart')
    expect(strangers.map(({ header, content }) => [header.msg_type, content])).toEqual([])
    await kernel.shutdown()
  })

  it('shuts down as asked, emits that once, and refuses from then on', async () => {
    const kernel = await bridge.start()
    const dead = deathOf(kernel)
    await kernel.shutdown()
    expect(await dead).toMatchObject({ likely: 'shut down as asked' })
    expect(kernel.status).toBe('dead')
    expect(() => kernel.execute({ code: '1', runId: 'r', cellId: null })).toThrow(KernelDeadError)
    await expect(kernel.request('shell', 'kernel_info_request', {})).rejects.toThrow(KernelDeadError)
  })

  it('kills a kernel that does not respond to a shutdown', async () => {
    const kernel = await bridge.start()
    const heard = listenTo(kernel)
    const code =
      'import signal, time\nprint("deaf", flush=True)\nwhile True:\n  try: time.sleep(9)\n  except BaseException: pass'
    const { done } = kernel.execute({ code, runId: 'deaf', cellId: null })
    await heard.until(({ header }) => header.msg_type === 'stream')
    await kernel.shutdown({ graceMs: 50 })
    expect((await done).status).toBe('died')
  })

  it('reports a SIGKILL in a cell, and the run can be salvaged as died', async () => {
    const kernel = await bridge.start()
    const dead = deathOf(kernel)
    const code = 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)'
    const outcome = await run(kernel, code, 'killed')
    expect(outcome).toMatchObject({ status: 'died', death: { signal: 'SIGKILL', exitCode: null } })
    expect((await dead).likely).toContain('another program or by the system')
    const spooled = await bridge.kernels.salvage(kernel.address)
    expect(spooled).toMatchObject([
      { runId: 'killed', cellId: 'cell-of-killed', finished: true, outcome: { status: 'died' } },
    ])
    await bridge.kernels.forget(kernel.address)
    expect(await bridge.kernels.salvage(kernel.address)).toEqual([])
  })

  it('comes back from the dead by restart', async () => {
    const kernel = await bridge.start()
    await run(kernel, 'import os\nos._exit(3)')
    expect(kernel.status).toBe('dead')
    await kernel.restart()
    expect(kernel.status).toBe('idle')
    expect(await shownValue(kernel, '1 + 1')).toBe('2')
    await kernel.shutdown()
  })

  it('reports an exit code', async () => {
    const kernel = await bridge.start()
    expect(await run(kernel, 'import os\nos._exit(7)')).toMatchObject({
      status: 'died',
      death: { exitCode: 7, signal: null, likely: 'the kernel ended itself with code 7' },
    })
  })

  it('reports a crash in native code with the last words on standard error', async () => {
    const kernel = await bridge.start()
    const outcome = await run(kernel, 'import ctypes\nctypes.string_at(0)')
    expect(outcome).toMatchObject({ status: 'died', death: { signal: 'SIGSEGV' } })
    if (outcome.status === 'died') expect(outcome.death.stderrTail).toContain('Segmentation fault')
  })

  it('answers over TCP as well', async () => {
    const overTcp = await realKernels({ transport: 'tcp' })
    const kernel = await overTcp.start()
    expect(await shownValue(kernel, '"by wire"')).toBe("'by wire'")
    await overTcp.end()
  })
})
