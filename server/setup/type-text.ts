/** pure. JSON Schema (draft 2020-12) in TypeScript's notation. */
import type { z } from 'zod'

export type Schema = z.core.JSONSchema.BaseSchema
type Member = Schema | boolean

/** The type on one line. */
export function typeText(schema: Member): string {
  if (typeof schema === 'boolean') return 'unknown'
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? ''
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined)
    return `${schema.enum.map((value) => JSON.stringify(value)).join(' | ')}${limitsText(schema)}`
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return [...new Set(choices.map(typeText))].join(' | ')
  if (schema.allOf !== undefined) return schema.allOf.map(typeText).join(' & ')
  if (schema.type === 'array') return arrayText(schema)
  if (schema.type === 'object') return `{ ${members(schema).join(', ')} }`.replace('{  }', '{}')
  return `${[schema.type ?? 'unknown'].flat().join(' | ')}${limitsText(schema)}`
}

/** The type on lines: one for each member of an object, or for each choice of a union. */
export function typeBlock(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map((choice) => `| ${typeText(choice)}`).join('\n')
  if (schema.type !== 'object') return typeText(schema)
  return ['{', ...members(schema).map((line) => `  ${line}`), '}'].join('\n')
}

/** True if a member may be left out of the object. */
export const isOptional = (schema: Schema, name: string): boolean => !schema.required?.includes(name)

function members(schema: Schema): readonly string[] {
  const known = Object.entries(schema.properties ?? {}).map(
    ([name, member]) => `${name}${isOptional(schema, name) ? '?' : ''}: ${typeText(member)}`,
  )
  const { additionalProperties: others } = schema
  return typeof others === 'object' ? [...known, `[name: string]: ${typeText(others)}`] : known
}

function arrayText({ items }: Schema): string {
  const item = items === undefined || Array.isArray(items) ? 'unknown' : typeText(items)
  return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`
}

/** ` (0 to 6, default 2)`. Bounds that only say that an integer is safe are left out. */
function limitsText({ minimum, maximum, default: otherwise }: Schema): string {
  const from = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? null : minimum
  const to = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? null : maximum
  const range = from === null ? [] : [to === null ? `from ${from}` : `${from} to ${to}`]
  const words = otherwise === undefined ? range : [...range, `default ${JSON.stringify(otherwise)}`]
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}
