/** Frames of both framings, and what a client gets that was away. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeFrame, encodeFrame, type Framing, V1 } from '../../src/jupyter-api/framing.ts'
import { Mailbox } from '../../src/jupyter-api/mailbox.ts'
import { ownMessage, Sent } from '../../src/jupyter-api/message.ts'

const framings: readonly Framing[] = ['', V1]
const channels = fc.constantFrom('shell' as const, 'control' as const, 'stdin' as const)
const messages = fc.record({
  channel: channels,
  type: fc.string({ minLength: 1, maxLength: 20 }),
  content: fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean()), {
    noNullPrototype: true,
  }),
  buffers: fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 }),
})

const frameOf = (framing: Framing, sent: Sent) => {
  const frame = encodeFrame(framing, sent)
  return { bytes: Buffer.from(frame), isBinary: typeof frame !== 'string' }
}

describe.each(framings)('framing "%s"', (framing) => {
  test('a message is the same after it was sent', () => {
    fc.assert(
      fc.property(messages, ({ channel, type, content, buffers }) => {
        const message = { ...ownMessage(channel, type, content, { msg_id: 'asked' }), buffers }
        const { bytes, isBinary } = frameOf(framing, new Sent(message))
        const read = decodeFrame(framing, bytes, isBinary)
        if ('refused' in read) throw new Error(read.refused)
        const { buffers: sent, ...rest } = read
        const { buffers: _, ...expected } = message
        expect(rest).toEqual(expected)
        expect(sent.map((buffer) => [...buffer])).toEqual(buffers.map((buffer) => [...buffer]))
      }),
    )
  })

  test('a frame with any byte changed, or cut off, is read or refused, and never throws', () => {
    const sent = new Sent({
      ...ownMessage('shell', 'comm_msg', { data: {} }),
      buffers: [Buffer.from('abc'), Buffer.from('')],
    })
    const { bytes } = frameOf(framing, sent)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
        const changed = Buffer.from(bytes.subarray(0, length))
        if (at < length) changed[at] = value
        const read = decodeFrame(framing, changed, true)
        expect('refused' in read || read.header.msg_type !== '').toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

test.each([
  ['a channel that clients do not have', { channel: 'iopub' }],
  ['a message without an id', { header: { msg_type: 'x' } }],
  ['content that is a list', { content: [] }],
  ['too many levels', { content: { data: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) } }],
])('%s is refused', (_, change) => {
  const message = { channel: 'shell', header: { msg_id: 'a', msg_type: 'x' }, content: {}, ...change }
  expect(decodeFrame('', Buffer.from(JSON.stringify(message)), false)).toHaveProperty('refused')
})

test.each([
  [1_796_057_227.5, '2026-11-30T16:47:07.500Z'],
  [Number.MAX_VALUE, ''],
  ['2026-11-30', '2026-11-30'],
])('the date %s of a client is passed on as text', (date, expected) => {
  const header = { msg_id: 'a', msg_type: 'x', date }
  const message = { channel: 'shell', header, parent_header: { date }, content: {} }
  expect(decodeFrame('', Buffer.from(JSON.stringify(message)), false)).toMatchObject({
    header: { date: expected },
    parent: { date: expected },
  })
})

test('of a client that is away too long, outputs are cut, with a note of how many; replies and status stay', () => {
  const mailbox = new Mailbox(20_000)
  const text = (n: number) =>
    new Sent(ownMessage('iopub', 'stream', { name: 'stdout', text: `${n} `.repeat(200) }))
  for (let n = 0; n < 100; n++) mailbox.send(text(n))
  mailbox.send(new Sent(ownMessage('shell', 'execute_reply', { status: 'ok' })))
  mailbox.send(new Sent(ownMessage('iopub', 'status', { execution_state: 'idle' })))
  for (let n = 100; n < 200; n++) mailbox.send(text(n))
  const got: string[] = []
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (frame: string | Uint8Array, done: () => void) => {
      got.push(String(frame))
      done()
    },
  }
  mailbox.attach(socket, '')
  const types = got.map((frame) => JSON.parse(frame).header.msg_type)
  const streams = types.filter((type) => type === 'stream').length
  expect(types.filter((type) => type !== 'stream')).toEqual(['execute_reply', 'status'])
  expect(JSON.parse(got[0] ?? '').content.text).toContain(
    `${200 - (streams - 1)} output messages were not delivered`,
  )
  expect(got.join('').length).toBeLessThan(40_000)
})
