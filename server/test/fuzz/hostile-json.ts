/** JSON with names that JavaScript and this program read as something else, and with nesting that overflows stacks. */
import fc from 'fast-check'
import type { Json } from '../../contract/json.ts'

const names = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...[
    'yesterday.object',
    'yesterday.json',
    'yesterday.key:constructor',
    'yesterday',
    'toJSON',
    'then',
    'length',
  ],
  ...['text/plain', 'text/html', 'image/png', 'application/json', 'output_type', 'data', 'metadata'],
]
const name = fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'grapheme', maxLength: 4 }))
const reference = fc.constant<Json>({
  'yesterday.object': { digest: `sha256:${'0'.repeat(64)}`, size: 1, mime: 'text/plain' },
})

export const { json: hostileJson } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      reference,
    ),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('json')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
    fc
      .tuple(fc.constantFrom(150, 199, 200, 201, 300, 700), tie('json'))
      .map(([levels, inner]) => nested(levels, inner)),
  ),
}))

function nested(levels: number, inner: Json): Json {
  let value = inner
  for (let level = 0; level < levels; level++) value = [value]
  return value
}
