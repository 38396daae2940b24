/** The docs page of the HTTP API is the one that the contract gives. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { apis, routes, sockets } from '../../contract/routes.ts'
import { httpApiFile, httpApiPage } from '../../setup/http-api.ts'
import { typeText } from '../../setup/type-text.ts'

test('docs/http-api.md is up to date: `npm run docs` writes it', async () => {
  const page = await httpApiPage()
  expect(readFileSync(httpApiFile, 'utf8')).toBe(page)
  for (const { method, path, summary } of routes)
    expect(page).toContain(`### \`${method.toUpperCase()} ${path}\`\n\n${summary}\n`)
  for (const { path } of sockets) expect(page).toContain(`### \`WS ${path}\``)
  for (const title of Object.keys(apis)) expect(page).toContain(`## ${title}\n`)
})

test.each<[z.ZodType, string]>([
  [z.string().default('a'), 'string (default "a")'],
  [z.number().int().min(0).max(6), 'integer (0 to 6)'],
  [z.number().int(), 'integer'],
  [z.array(z.string().nullable()), '(string | null)[]'],
  [z.record(z.string(), z.number()), '{ [name: string]: number }'],
  [z.object({ a: z.enum(['x', 'y']), b: z.literal(1).optional() }), '{ a: "x" | "y", b?: 1 }'],
  [z.union([z.object({}), z.boolean()]), '{} | boolean'],
  [z.unknown(), 'unknown'],
])('a schema is written as a type (%#)', (schema, text) => {
  expect(typeText(z.toJSONSchema(schema, { io: 'input' }))).toBe(text)
})
