/**
 * Requests of a signed-in person, on every route. Input: the method and the path on the first line, then the body.
 * Invariant: that of `fuzz-server.ts`, and a refused request changes no file and no history.
 */
import fc from 'fast-check'
import { z } from 'zod'
import { routes } from '../../contract/routes.ts'
import { openFuzzServer } from './fuzz-server.ts'
import { hostileJson } from './hostile-json.ts'

const word = fc.oneof(
  fc.constantFrom(
    'a.ipynb',
    'folder',
    'broken.ipynb',
    'text.txt',
    '..',
    '.yesterday',
    '.env',
    '../beside/a.txt',
    '..\\beside\\a.txt',
    '/etc/passwd',
    '../../../../../../etc/passwd',
    'folder/../.env',
    'con',
    'x\u202ey',
    '%',
    '%ff',
    '',
    '.',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    `sha256:${'0'.repeat(64)}`,
    '1',
    '-1',
    '1e9',
    'ok',
    'html',
    'ipynb',
    'py',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const names = [...new Set(routes.flatMap(({ query }) => Object.keys(propertiesOf(query))))]
const query = fc.dictionary(fc.oneof(fc.constantFrom(...names), word), word, {
  maxKeys: 4,
  noNullPrototype: true,
})
const commands = fc.record(
  {
    type: fc.constantFrom('newNotebook', 'newFolder', 'move', 'copy', 'trash'),
    path: word,
    folder: word,
    name: word,
    from: word,
    to: word,
  },
  { requiredKeys: ['type'] },
)
const body = fc.oneof(
  commands.map((value) => JSON.stringify(value)),
  hostileJson.map((value) => JSON.stringify(value)),
  fc.record({ path: word, name: word, notebook: word }).map((value) => JSON.stringify(value)),
  fc.string(),
)

const inputs = fc
  .record({
    route: fc.constantFrom(...routes),
    words: fc.array(word, { minLength: 3, maxLength: 3 }),
    query,
    body,
  })
  .map(({ route: { method, path }, words, query, body }) => {
    let used = 0
    const fill = (): string => encodeURIComponent(words[used++ % words.length] ?? '')
    const filled = path.replace(/\{?\*path\}?|:\w+/g, fill)
    const search = new URLSearchParams(query).toString()
    return Buffer.from(`${method.toUpperCase()} ${filled}${search === '' ? '' : `?${search}`}\n${body}`)
  })

export const target = { inputs, open: () => openFuzzServer() }

/** The members that a schema names. */
function propertiesOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {}
}
