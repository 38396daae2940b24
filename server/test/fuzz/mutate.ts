/** pure. Bytes of the corpus, changed: flipped, cut, doubled, spliced, and with what has broken programs put in. */
import fc from 'fast-check'

const TOKENS: readonly Uint8Array[] = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'yesterday.object',
    'yesterday.json',
    'yesterday.key:x',
    'then',
    'toJSON',
  ],
  ...[
    'null',
    '1e309',
    '-0',
    '18446744073709551616',
    '1.5',
    '"\\ud800"',
    '\\u0000',
    '\r',
    '\x1b[',
    '\x1b]8;;',
    '\u202e',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '['.repeat(3000),
    '{"a":'.repeat(1500),
    ']'.repeat(3000),
    'x'.repeat(10_000),
  ],
].map((text) => Buffer.from(text))

/** One change, at a place between 0 and 1 of the bytes' length. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  what: fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), bit: fc.nat(7) }),
    fc.record({ kind: fc.constant('cut' as const), length: fc.nat(64) }),
    fc.record({ kind: fc.constant('end' as const) }),
    fc.record({ kind: fc.constant('double' as const), length: fc.nat(64) }),
    fc.record({ kind: fc.constant('insert' as const), token: fc.constantFrom(...TOKENS) }),
    fc.record({ kind: fc.constant('number' as const), value: fc.nat(0xffffffff) }),
  ),
})
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

/** The files, each with a few changes. */
export function mutated(corpus: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([bytes, edits]) => edits.reduce(apply, bytes))
}

function apply(bytes: Uint8Array, { at, what }: Edit): Uint8Array {
  const place = Math.floor(at * bytes.length)
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
  switch (what.kind) {
    case 'flip':
      return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << what.bit)), after.subarray(1)])
    case 'cut':
      return Buffer.concat([before, after.subarray(what.length)])
    case 'end':
      return before
    case 'double':
      return Buffer.concat([before, after.subarray(0, what.length), after])
    case 'insert':
      return Buffer.concat([before, what.token, after])
    case 'number':
      return Buffer.concat([before, bigEndian(what.value), after.subarray(4)])
  }
}

function bigEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
