/** `npm run docs`: writes docs/http-api.md from the routes of the contract. */
import { globSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { ApiError } from '../contract/http.ts'
import type { RouteSpec, SocketSpec } from '../contract/route.ts'
import { apis, sockets } from '../contract/routes.ts'
import { isOptional, type Schema, typeBlock, typeText } from './type-text.ts'

const contract = resolve(import.meta.dirname, '../contract')
export const httpApiFile = resolve(import.meta.dirname, '../../docs/http-api.md')

/** The page as it must be. */
export async function httpApiPage(listed = apis): Promise<string> {
  const types = new Types(await namedSchemas())
  const groups = Object.entries(listed).flatMap(([title, api]) => [
    `## ${title}`,
    ...Object.values(api).flatMap((route) => routeLines(route, types)),
  ])
  const socketParts = ['## Sockets', ...sockets.flatMap((socket) => socketLines(socket, types))]
  const head = introduction(typeText(types.of(ApiError)))
  return `${[...head, ...groups, ...socketParts, ...types.lines()].join('\n\n')}\n`
}

const introduction = (error: string): readonly string[] => [
  '# HTTP API',
  '<!-- Written by `npm run docs` from server/contract/routes.ts. Do not edit. -->',
  `JSON both ways. A program sends \`Authorization: token …\`; a browser has a cookie, and sends an \`Origin\` that is
exactly the server's on every request that changes something and on every socket.`,
  `A refusal has a fitting status and the body \`${error}\`: 400 for a request that cannot be read, 401 without sign-in,
403 for a foreign host or origin or a role that does not suffice, 404 for what is missing. Each route requires a role:
\`viewer\`, \`commenter\`, \`editor\`, \`runner\` or \`owner\`; each may do what those before it may. \`anyone\` needs no
sign-in. The messages of sockets require roles too: \`server/contract/message-roles.ts\` lists them.`,
  'Paths in addresses are encoded part by part: `:name` is one part, `*path` one or more, and what is in braces may be left out.',
]

function routeLines(route: RouteSpec, types: Types): readonly string[] {
  const body = types.of(route.body)
  const facts = [
    `- Role: \`${route.role}\``,
    ...parameterLines('Parameters', types.of(route.params), isColonNamed),
    ...parameterLines('Query', types.of(route.query), () => true),
    ...(route.reads === 'stream' ? ['- Body: bytes'] : []),
    ...(route.reads === 'form' ? [`- Form: \`${typeText(body)}\``] : []),
    ...((route.reads === 'json' || route.reads === 'anyJson') && Object.keys(body).length > 0
      ? [`- Body: \`${typeText(body)}\``]
      : []),
    `- Answer: ${answerOf(route, types)}`,
  ]
  return [`### \`${route.method.toUpperCase()} ${route.path}\``, route.summary, facts.join('\n')]
}

/** A `*path` parameter needs no words. */
const isColonNamed = (name: string): boolean => name !== 'path'

function parameterLines(
  title: string,
  schema: Schema,
  isShown: (name: string) => boolean,
): readonly string[] {
  if (schema.$ref !== undefined) return [`- ${title}: \`${typeText(schema)}\``]
  const parameters = Object.entries(schema.properties ?? {}).filter(([name]) => isShown(name))
  if (parameters.length === 0) return []
  const words = parameters.map(([name, member]) =>
    typeof member === 'boolean'
      ? `\`${name}\``
      : `\`${name}${isOptional(schema, name) ? '?' : ''}: ${typeText(member)}\``,
  )
  return [`- ${title}: ${words.join(', ')}`]
}

function answerOf({ answer, streams, status }: RouteSpec, types: Types): string {
  const known = answer === null ? [] : [`\`${typeText(types.of(answer))}\``]
  const forms = streams ? [...known, 'bytes'] : known
  return forms.length === 0 ? `${status}, empty` : `${status}, ${forms.join(' or ')}`
}

function socketLines(socket: SocketSpec, types: Types): readonly string[] {
  const facts = [
    `- Role: \`${socket.role}\``,
    ...parameterLines('Query', types.of(socket.query), () => true),
    `- Frames: \`server/contract/${socket.frames}\``,
  ]
  return [`### \`WS ${socket.path}\``, socket.summary, facts.join('\n')]
}

/** The schemas that the contract exports, by name. Those of single strings and numbers are written out where used. */
async function namedSchemas(): Promise<ReadonlyMap<string, z.ZodType>> {
  const named = new Map<string, z.ZodType>()
  for (const file of globSync('*.ts', { cwd: contract }).sort())
    for (const [name, value] of Object.entries<unknown>(await import(join(contract, file))))
      if (isStructure(value) && ![...named.values()].includes(value)) named.set(name, value)
  return named
}

function isStructure(value: unknown): value is z.ZodType {
  return (
    value instanceof z.ZodObject ||
    value instanceof z.ZodUnion ||
    value instanceof z.ZodArray ||
    value instanceof z.ZodEnum
  )
}

/** JSON Schema of the contract's schemas, and the named ones among them that were used. */
class Types {
  readonly #registry = z.registry<{ id: string }>()
  readonly #used = new Map<string, Schema>()

  constructor(named: ReadonlyMap<string, z.ZodType>) {
    for (const [id, schema] of named) this.#registry.add(schema, { id })
  }

  /** Wrapped in an object, as a schema that has a name is referred to only inside of another. */
  of(schema: z.ZodType): Schema {
    const whole = z.toJSONSchema(z.object({ it: schema }), {
      metadata: this.#registry,
      io: 'input',
      unrepresentable: 'any',
    })
    for (const [name, definition] of Object.entries(whole.$defs ?? {})) this.#used.set(name, definition)
    const it = whole.properties?.it
    return typeof it === 'object' ? it : {}
  }

  lines(): readonly string[] {
    const names = [...this.#used.keys()].sort()
    return [
      '## Types',
      ...names.flatMap((name) => [
        `### ${name}`,
        `\`\`\`ts\n${typeBlock(this.#used.get(name) ?? {})}\n\`\`\``,
      ]),
    ]
  }
}

if (process.argv[1] === import.meta.filename) writeFileSync(httpApiFile, await httpApiPage())
