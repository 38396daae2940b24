// @vitest-environment happy-dom
/** Between widgets in frames and the kernel: a frame reaches the models that it asked for, and each message is settled. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WidgetBridge } from '../src/frames/bridge.ts'
import type { ToFrame } from '../src/frames/frame-protocol.ts'
import type {
  Answer,
  CommandRequest,
  CommHandled,
  CommMessage,
  SessionSocket,
} from '../src/session/session-socket.ts'
import { Signal, Watched } from '../src/state/observable.ts'
import { dismissAll } from '../src/ui/notices.ts'
import { noticeTexts } from './staged.tsx'

const model = (id: string, more = {}) => ({ id, state: { value: 1 }, buffers: [], ...more })

function session() {
  const sent: CommandRequest[] = []
  const answers: Answer[] = []
  const send = vi.fn(async (request: CommandRequest): Promise<Answer> => {
    sent.push(request)
    return answers.shift() ?? { ok: true, content: null }
  })
  return {
    ...{ sent, answers, send, view: new Watched({}), connected: new Watched(true) },
    ...{ comms: new Signal<CommMessage>(), commsHandled: new Signal<CommHandled>() },
  }
}
let kernel: ReturnType<typeof session>
let bridge: WidgetBridge
let heard: ToFrame[]
beforeEach(() => {
  kernel = session()
  bridge = new WidgetBridge(kernel as unknown as SessionSocket)
  heard = []
})
afterEach(() => dismissAll())

const models = (...ids: string[]): Answer => ({
  ok: true,
  content: { models: ids.map((id) => model(id)), isPartial: false },
})
const connect = (cell: string | null = 'a') => bridge.connect(cell, (message) => heard.push(message))
const comm = (id: unknown, ack = 'a1') => ({
  type: 'comm' as const,
  msgType: 'comm_msg' as const,
  content: { comm_id: id, data: {} },
  metadata: {},
  buffers: ['AA=='],
  ack,
})
const fromKernel = (id: unknown) =>
  ({
    type: 'comm',
    msgType: 'comm_msg',
    content: { comm_id: id },
    metadata: {},
    buffers: [],
  }) as unknown as CommMessage

async function knowing(...ids: string[]) {
  const link = connect()
  kernel.answers.push(models(...ids))
  link.receive({ type: 'widgets', request: 7, models: ids })
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  heard.length = 0
  kernel.sent.length = 0
  return link
}

describe('the state of a model', () => {
  test.each([
    ['there', models('m'), 'live'],
    ['not there', models('other'), 'gone'],
    ['not there yet', { ok: true, content: { models: [], isPartial: true } }, 'unknown'],
    ['not known: there is no kernel', { ok: false, reason: 'no kernel' }, 'unknown'],
    ['not known: the answer is none', { ok: true, content: { models: 7 } }, 'unknown'],
  ] as const)('%s', async (_, answer, state) => {
    kernel.answers.push(answer)
    expect(await bridge.stateOf('m')).toBe(state)
  })

  test('may have changed whenever the session has', () => {
    const listener = vi.fn()
    const stop = bridge.onChange(listener)
    kernel.view.set({})
    stop()
    kernel.view.set({})
    expect(listener).toHaveBeenCalledOnce()
  })
})

describe('what a frame asks', () => {
  test('is answered with the states, under its number', async () => {
    const link = connect()
    kernel.answers.push(models('m'))
    link.receive({ type: 'widgets', request: 7, models: ['m'] })
    await vi.waitFor(() =>
      expect(heard).toEqual([{ type: 'widgets', request: 7, states: { models: [model('m')] } }]),
    )
  })

  test('is answered without models where the kernel does not answer', async () => {
    const link = connect()
    kernel.answers.push({ ok: false, reason: 'lost' })
    link.receive({ type: 'widgets', request: 8, models: ['m'] })
    await vi.waitFor(() => expect(heard).toEqual([{ type: 'widgets', request: 8, states: { models: [] } }]))
  })
})

describe('what a frame sends', () => {
  test('reaches a model that it asked for, with its cell; the kernel says when it is handled', async () => {
    const link = await knowing('m')
    link.receive(comm('m'))
    await vi.waitFor(() => expect(kernel.sent).toHaveLength(1))
    expect(kernel.sent[0]).toMatchObject({
      type: 'comm',
      content: { comm_id: 'm' },
      cell: 'a',
      buffers: ['AA=='],
    })
    expect(heard).toEqual([])
    kernel.commsHandled.emit({ type: 'commHandled', ack: 'another' } as CommHandled)
    kernel.commsHandled.emit({ type: 'commHandled', ack: 'a1' } as CommHandled)
    kernel.commsHandled.emit({ type: 'commHandled', ack: 'a1' } as CommHandled)
    expect(heard).toEqual([{ type: 'commHandled', ack: 'a1' }])
  })

  test.each(['other', undefined, 7, null])(
    'to the model %j it is not sent, and settled at once',
    async (id) => {
      const link = await knowing('m')
      link.receive(comm(id))
      expect([kernel.sent, heard]).toEqual([[], [{ type: 'commHandled', ack: 'a1' }]])
    },
  )

  test('refused, it is settled, and the same reason is said once', async () => {
    const link = await knowing('m')
    for (const ack of ['1', '2']) {
      kernel.answers.push({ ok: false, reason: 'The kernel is gone.' })
      link.receive(comm('m', ack))
    }
    await vi.waitFor(() => expect(heard.map((one) => 'ack' in one && one.ack)).toEqual(['1', '2']))
    expect(noticeTexts()).toEqual(['The kernel is gone.'])
  })

  test('of a frame without a cell has none', async () => {
    const link = connect(null)
    kernel.answers.push(models('m'))
    link.receive({ type: 'widgets', request: 1, models: ['m'] })
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    link.receive(comm('m'))
    await vi.waitFor(() => expect(kernel.sent).toHaveLength(2))
    expect(kernel.sent[1]).not.toHaveProperty('cell')
  })
})

describe('what the kernel says', () => {
  test('reaches the frames that asked for the model, and no others', async () => {
    await knowing('m')
    const others: ToFrame[] = []
    bridge.connect('b', (message) => others.push(message))
    for (const id of ['m', 'other', 7]) kernel.comms.emit(fromKernel(id))
    expect(heard).toMatchObject([{ type: 'comm', content: { comm_id: 'm' } }])
    expect(others).toEqual([])
  })

  test('after a time without a connection comes as an update of each model', async () => {
    await knowing('m')
    kernel.connected.set(false)
    expect(kernel.sent).toEqual([])
    const buffers = [{ path: ['value', 0], data: 'AA==' }]
    kernel.answers.push({ ok: true, content: { models: [model('m', { buffers })], isPartial: false } })
    kernel.connected.set(true)
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    expect(heard[0]).toEqual({
      ...{ type: 'comm', msgType: 'comm_msg', metadata: {}, buffers: ['AA=='] },
      content: {
        comm_id: 'm',
        data: { method: 'update', state: { value: 1 }, buffer_paths: [['value', 0]] },
      },
    })
  })

  test('a frame that knows no model asks nothing then', () => {
    connect()
    kernel.connected.set(false)
    kernel.connected.set(true)
    expect(kernel.sent).toEqual([])
  })

  test('a frame that is gone hears nothing', async () => {
    const link = await knowing('m')
    link.end()
    kernel.comms.emit(fromKernel('m'))
    kernel.connected.set(false)
    kernel.connected.set(true)
    expect([heard, kernel.sent]).toEqual([[], []])
  })
})
