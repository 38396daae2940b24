/** What is believed of what comes over the wire: whole signed messages, once; nothing else, and nothing throws. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject, Message } from '../src/index.ts'
import { newKey, signer } from '../src/signature.ts'
import { parseFrames } from '../src/spool-frames.ts'
import { decode, encode, isRefusal, type Outgoing } from '../src/wire.ts'
import { spooledFrame, u32 } from './spooled-frame.ts'

const key = 'k'.repeat(64)
const bytes = new TextEncoder()

const isJson = (value: unknown): value is Json => value !== undefined
const json = fc.jsonValue({ maxDepth: 3 }).filter(isJson)
const fields: fc.Arbitrary<JsonObject> = fc.dictionary(fc.string(), json, {
  maxKeys: 4,
  noNullPrototype: true,
})
const header = fc.record({
  msg_id: fc.string({ minLength: 1 }),
  msg_type: fc.string({ minLength: 1 }),
  session: fc.string(),
  username: fc.string({ unit: 'grapheme' }),
  date: fc.constant('2026-01-01T00:00:00Z'),
  version: fc.constant('5.4'),
})
const buffers = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 })
const outgoing: fc.Arbitrary<Outgoing> = fc.record({
  header,
  parent: fc.oneof(fc.constant({}), header),
  metadata: fields,
  content: fields,
  buffers,
})
const routing = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 2 })

const sent = (message: Outgoing, by = key): Uint8Array[] => encode(message, signer(by).sign)
const read = (frames: readonly Uint8Array[], check = signer(key).check) => decode(frames, 'iopub', check)
/** As JSON sees it: `-0` is `0`. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('the wire', () => {
  it('brings back what was sent, whatever routing is before it', () => {
    fc.assert(
      fc.property(outgoing, routing, (message, route) => {
        const result = read([...route, ...sent(message)])
        expect(result).toEqual({
          channel: 'iopub',
          header: message.header,
          parent: message.parent,
          metadata: plain(message.metadata),
          content: plain(message.content),
          buffers: message.buffers,
        })
      }),
    )
  })

  it('refuses what another key signed', () => {
    fc.assert(
      fc.property(outgoing, (message) => {
        expect(read(sent(message, newKey()))).toMatchObject({ refused: 'forged' })
      }),
    )
  })

  it('refuses any change to the signature or to a signed part', () => {
    fc.assert(
      fc.property(
        outgoing,
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (message, frame, at, flip) => {
          const frames = sent(message).map((part) => part.slice())
          const part = frames[frame] ?? new Uint8Array()
          part[at % part.length] = (part[at % part.length] ?? 0) ^ flip
          // Upper-case hex is the same signature.
          const same =
            frame === 1 &&
            new TextDecoder().decode(part).toLowerCase() === new TextDecoder().decode(sent(message)[1])
          fc.pre(!same)
          expect(read(frames)).toMatchObject({ refused: 'forged' })
        },
      ),
    )
  })

  it('refuses parts that changed places', () => {
    fc.assert(
      fc.property(outgoing, (message) => {
        const [delimiter, signature, first, second, ...rest] = sent(message)
        fc.pre(JSON.stringify(message.header) !== JSON.stringify(message.parent))
        const swapped = [delimiter, signature, second, first, ...rest].filter((part) => part !== undefined)
        expect(read(swapped)).toMatchObject({ refused: 'forged' })
      }),
    )
  })

  it('believes a message once', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(outgoing, { selector: ({ header: { msg_id } }) => msg_id, maxLength: 5 }),
        (messages) => {
          const { check } = signer(key)
          const frames = messages.map((message) => sent(message))
          for (const message of frames) expect(isRefusal(read(message, check))).toBe(false)
          for (const message of frames) expect(read(message, check)).toMatchObject({ refused: 'replayed' })
        },
      ),
    )
  })

  it('still knows the last messages of its memory and forgets older ones', () => {
    const { check } = signer(key, 4)
    const numbered = (n: number): Uint8Array[] => sent(messageOf({ n }))
    for (let n = 0; n < 20; n++) expect(isRefusal(read(numbered(n), check))).toBe(false)
    for (let n = 16; n < 20; n++) expect(read(numbered(n), check)).toMatchObject({ refused: 'replayed' })
    expect(isRefusal(read(numbered(0), check))).toBe(false)
  })

  it('does not let a forgery spend the place of the genuine message', () => {
    const { check } = signer(key)
    const frames = sent(messageOf({}))
    const forged = frames.with(1, bytes.encode('0'.repeat(64)))
    expect(read(forged, check)).toMatchObject({ refused: 'forged' })
    expect(isRefusal(read(frames, check))).toBe(false)
  })

  it('refuses any frames that are no message, and never throws', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom('<IDS|MSG>', '', '{}', '[]', 'null', '0'.repeat(64)).map((text) => bytes.encode(text)),
    )
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 9 }), (frames) => {
        const result = read(frames)
        expect(isRefusal(result) && result.detail).toBeTypeOf('string')
      }),
      { numRuns: 500 },
    )
  })

  it('refuses signed parts that are no message', () => {
    const part = fc.oneof(
      json.map((value) => JSON.stringify(value)),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.tuple(part, part, part, part), (texts) => {
        const parts = texts.map((text) => bytes.encode(text))
        const { sign, check } = signer(key)
        const result = read([bytes.encode('<IDS|MSG>'), bytes.encode(sign(parts)), ...parts], check)
        expect(result).toMatchObject({ refused: expect.stringMatching(/^not-json$|^not-a-message$/) })
      }),
    )
  })

  it('refuses a message cut short', () => {
    const frames = sent(messageOf({ a: 1 }))
    for (let length = 1; length < 6; length++) {
      expect(read(frames.slice(0, length))).toMatchObject({ refused: 'too-short' })
    }
    expect(read([])).toMatchObject({ refused: 'no-delimiter' })
  })

  it('passes on unknown types and fields', () => {
    const odd = {
      ...messageOf({}),
      header: { ...messageOf({}).header, msg_type: 'from_the_future', extra: [1] },
    }
    expect(read(sent(odd))).toMatchObject({ header: { msg_type: 'from_the_future', extra: [1] } })
  })
})

describe('spooled frames', () => {
  it('give every whole message before a cut, and no half one', () => {
    fc.assert(
      fc.property(fc.array(outgoing, { maxLength: 4 }), fc.nat(), (messages, at) => {
        const spooled = messages.map(spooledFrame)
        const whole = Buffer.concat(spooled)
        const cut = at % (whole.length + 1)
        const ends = spooled.map((_, index) => Buffer.concat(spooled.slice(0, index + 1)).length)
        const { messages: read, broken } = parseFrames(whole.subarray(0, cut))
        expect(broken).toBeNull()
        expect(read.map(({ header }) => header)).toEqual(
          messages.filter((_, index) => (ends[index] ?? 0) <= cut).map(({ header }) => header),
        )
      }),
    )
  })

  it('give buffers back', () => {
    fc.assert(
      fc.property(outgoing, (message) => {
        const [read] = parseFrames(spooledFrame(message)).messages
        expect(read?.buffers.map((buffer) => [...buffer])).toEqual(
          message.buffers.map((buffer) => [...buffer]),
        )
      }),
    )
  })

  it('never throw on noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(parseFrames(noise).messages).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('say where they broke, after what could be read', () => {
    const good = spooledFrame(messageOf({}))
    const bad = Buffer.concat([u32(8), u32(0), u32(0)])
    expect(parseFrames(Buffer.concat([good, bad]))).toMatchObject({
      messages: [{ header: { msg_id: 'm' } }],
      broken: expect.stringContaining(`byte ${good.length}`),
    })
  })
})

function messageOf(content: JsonObject): Outgoing {
  const header: Message['header'] = {
    msg_id: 'm',
    msg_type: 't',
    session: '',
    username: '',
    date: '',
    version: '',
  }
  return { header, parent: {}, metadata: {}, content, buffers: [] }
}
