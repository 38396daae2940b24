// @vitest-environment happy-dom
/** The socket of a terminal: sizes, acknowledgements, lost networks, and the end. */

import type { Terminal } from '@yesterday/server/contract/terminals.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Answer, Problem } from '../../src/api/api.ts'
import { TerminalLink } from '../../src/terminals/terminal-link.ts'

/** A socket that the test opens, feeds and closes. */
class Wire extends EventTarget {
  readonly sent: unknown[] = []
  readyState = WebSocket.CONNECTING as number
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }
  close(): void {
    this.readyState = WebSocket.CLOSED
  }
  opens(): void {
    this.readyState = WebSocket.OPEN
    this.onopen?.()
  }
  says(...message: unknown[]): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  drops(code = 1006): void {
    this.readyState = WebSocket.CLOSED
    this.onclose?.({ code })
  }
}

const wires: Wire[] = []
let shown = ''
let status = 200
const there: Answer<Terminal> = {
  ok: true,
  value: {
    name: '1',
    title: 'One',
    last_activity: '2026-11-30T00:00:00.000Z',
    by: { id: 'a', name: 'Ada' },
    running: [],
  },
}
const problem = (code: number): Problem => ({ status: code, code: 'x', message: 'x', hint: null })
let link: TerminalLink
beforeEach(() => {
  vi.useFakeTimers()
  wires.length = 0
  shown = ''
  status = 200
  link = new TerminalLink({
    name: '1',
    onText: (text) => {
      shown += text
    },
    connect: () => {
      const wire = new Wire()
      wires.push(wire)
      return wire as unknown as WebSocket
    },
    read: async () => (status === 200 ? there : { ok: false, problem: problem(status) }),
  })
})
afterEach(() => {
  link.close()
  vi.useRealTimers()
})
const last = (): Wire => {
  const wire = wires.at(-1)
  if (wire === undefined) throw new Error('no socket')
  return wire
}

test('what is typed before the first connection is sent with it; the size comes first', () => {
  link.resize(24, 80)
  link.type('ls')
  link.type('\r')
  last().opens()
  expect(last().sent).toEqual([
    ['set_size', 24, 80],
    ['stdin', 'ls\r'],
  ])
  last().says('setup', {})
  last().says('stdout', 'a.ipynb')
  last().says('nonsense', 1)
  expect(shown).toBe('a.ipynb')
  link.drawn(7)
  link.drawn(0)
  expect(last().sent.slice(2)).toEqual([['ack', 7]])
})

test('a lost network: it connects again with the size, and drops what was typed meanwhile', async () => {
  last().opens()
  link.resize(30, 100)
  status = 0
  last().drops()
  expect(link.state.get()).toEqual({ at: 'away' })
  link.type('rm -rf x\r')
  await vi.advanceTimersByTimeAsync(300)
  expect(wires).toHaveLength(2)
  last().drops()
  await vi.advanceTimersByTimeAsync(600)
  expect(wires).toHaveLength(3)
  last().opens()
  expect(link.state.get()).toEqual({ at: 'open' })
  expect(last().sent).toEqual([['set_size', 30, 100]])
})

test.each([
  [404, { at: 'ended', code: null }],
  [401, { at: 'refused' }],
  [403, { at: 'refused' }],
])('the server answers %i: it does not connect again', async (answer, state) => {
  last().opens()
  status = answer
  last().drops()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(link.state.get()).toEqual(state)
  expect(wires).toHaveLength(1)
})

test('the shell ended: its exit code is known, and nothing connects again', async () => {
  last().opens()
  last().says('disconnect', 1, 3)
  last().drops(1000)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(link.state.get()).toEqual({ at: 'ended', code: 3 })
  expect(wires).toHaveLength(1)
})
