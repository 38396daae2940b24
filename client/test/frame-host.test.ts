// @vitest-environment happy-dom
/** The page's end of an output frame: what a frame may say is parsed and bounded, and what is drawn goes to it alone. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectFrame, type FrameConnection, TALLEST } from '../src/frames/frame-host.ts'
import type { ToFrame } from '../src/frames/frame-protocol.ts'

const events = { onHeight: vi.fn(), onLink: vi.fn(), onBlocked: vi.fn() }
const widgets = { receive: vi.fn(), end: vi.fn() }
let connection: FrameConnection
let port: MessagePort
let connected: { readonly message: unknown; readonly target: unknown }
let heard: ToFrame[]
let post: (message: ToFrame) => void

beforeEach(() => {
  vi.clearAllMocks()
  heard = []
  const frame = {
    contentWindow: {
      postMessage: (message: unknown, target: string, [given]: MessagePort[]) => {
        connected = { message, target }
        port = given ?? expect.fail('no port')
        port.onmessage = ({ data }: MessageEvent<ToFrame>) => heard.push(data)
      },
    },
  }
  connection = connectFrame(frame as never, 'offline', events, (send) => {
    post = send
    return widgets
  })
})
afterEach(() => {
  connection.end()
  port.close()
})

/** Messages of a port are in order: what comes before this one has been read. */
async function say(...messages: unknown[]): Promise<void> {
  const seen = events.onHeight.mock.calls.length
  for (const message of messages) port.postMessage(message)
  port.postMessage({ type: 'height', height: 1 })
  await vi.waitFor(() => expect(events.onHeight.mock.calls.length).toBeGreaterThan(seen))
}
const calls = () => [events.onLink, events.onBlocked, widgets.receive].flatMap((one) => one.mock.calls)

test('a frame gets its port, its level and words, and no address of the page', () => {
  expect(connected.target).toBe('*')
  expect(connected.message).toMatchObject({ type: 'connect', level: 'offline', theme: { scheme: 'light' } })
  expect(JSON.stringify(connected.message)).not.toContain(location.origin)
})

describe('heights', () => {
  test.each([
    [0, 0],
    [12.2, 13],
    [-50, 0],
    [1e9, TALLEST],
  ])('%d is %d', async (height, expected) => {
    await say({ type: 'height', height })
    expect(events.onHeight.mock.calls[0]).toEqual([expected])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '10', null, undefined])('%s is none', async (height) => {
    await say({ type: 'height', height })
    expect(events.onHeight.mock.calls).toEqual([[1]])
  })
})

describe('links', () => {
  test('addresses of the web are followed', async () => {
    await say({ type: 'link', href: 'https://a.example/x?y#z' }, { type: 'link', href: 'http://b.example/' })
    expect(events.onLink.mock.calls).toEqual([['https://a.example/x?y#z'], ['http://b.example/']])
  })

  test.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    '//a.example/',
    '/api/me',
    'JAVASCRIPT:alert(1)',
    `https://a.example/${'x'.repeat(9000)}`,
    '',
    7,
  ])('%.40s is not', async (href) => {
    await say({ type: 'link', href })
    expect(calls()).toEqual([])
  })
})

describe('hosts that were blocked', () => {
  test('are reported as they are', async () => {
    await say({ type: 'blocked', hosts: ['a.example', 'b.example'] })
    expect(events.onBlocked.mock.calls).toEqual([[['a.example', 'b.example']]])
  })

  test('too many, too long ones and others than text are not', async () => {
    const many = Array.from({ length: 21 }, (_, n) => `${n}.example`)
    await say(
      { type: 'blocked', hosts: many },
      { type: 'blocked', hosts: ['x'.repeat(256)] },
      { type: 'blocked', hosts: [1] },
    )
    expect(calls()).toEqual([])
  })
})

describe('widgets', () => {
  const comm = {
    ...{ type: 'comm', msgType: 'comm_msg', content: { comm_id: 'm', data: {} }, metadata: {} },
    ...{ buffers: ['AAEC'], ack: 'a1' },
  }

  test('whole messages go to the bridge', async () => {
    await say({ type: 'widgets', request: 1, models: ['m'] }, comm)
    expect(widgets.receive.mock.calls).toEqual([[{ type: 'widgets', request: 1, models: ['m'] }], [comm]])
  })

  test.each([
    ['a kind of its own', { ...comm, msgType: 'execute_request' }],
    ['buffers that are no base64', { ...comm, buffers: ['<>'] }],
    ['a long name', { ...comm, ack: 'x'.repeat(65) }],
    ['no content', { ...comm, content: null }],
    ['too many models', { type: 'widgets', request: 1, models: Array.from({ length: 1001 }, () => 'm') }],
    ['a long model', { type: 'widgets', request: 1, models: ['x'.repeat(201)] }],
    ['an unknown type', { type: 'fetch', url: '/api/me' }],
    ['no object', 'comm'],
    ['nothing', null],
  ])('%s is not', async (_, message) => {
    await say(message)
    expect(calls()).toEqual([])
  })

  test('members that the protocol does not have are left out', async () => {
    await say({ ...comm, cell: 'another', __proto__: { x: 1 } })
    expect(widgets.receive.mock.calls[0]?.[0]).toEqual(comm)
  })
})

describe('to the frame', () => {
  test('what is drawn, what the bridge sends, and another theme', async () => {
    connection.draw({ mime: 'text/html', value: '<b>x</b>', metadata: {} })
    post({ type: 'commHandled', ack: 'a' })
    document.documentElement.dataset.theme = 'dark'
    await vi.waitFor(() => expect(heard).toHaveLength(3))
    expect(heard[0]).toEqual({ type: 'draw', mime: 'text/html', value: '<b>x</b>', metadata: {} })
    expect(heard[1]).toEqual({ type: 'commHandled', ack: 'a' })
    expect(heard[2]).toMatchObject({ type: 'theme', theme: { scheme: 'dark' } })
    delete document.documentElement.dataset.theme
  })

  test('ended, it hears nothing and the bridge is ended', async () => {
    connection.end()
    expect(widgets.end).toHaveBeenCalledOnce()
    port.postMessage({ type: 'link', href: 'https://a.example/' })
    await new Promise((resolve) => setTimeout(resolve))
    expect(calls()).toEqual([])
  })
})
