/** What a route is, and what it is told of a request that passed the gate. */
import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { Refusal } from '../document/ports.ts'
import type { Person } from './people.ts'
import { type Reply, refuse } from './reply.ts'

/** A request whose sender is known. Everything from outside is `unknown` or text until the route parses it. */
export interface Call {
  readonly person: Person
  /** What the person's role allows; only owners exist so far. */
  readonly mayWrite: boolean
  readonly params: Readonly<Record<string, string | string[] | undefined>>
  readonly query: Readonly<Record<string, unknown>>
  /** Parsed JSON; undefined for routes that read `stream`. */
  readonly body: unknown
  /** The raw body, unread. */
  readonly stream: Readable
  readonly contentLength: number | null
}

/** One route. `path` is Express' (https://expressjs.com/en/guide/routing.html). */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  readonly path: string
  /** The body is not JSON: the route reads `call.stream`. */
  readonly raw?: true
  handle(call: Call): Promise<Reply>
}

/** The parts of a `*path` parameter joined again, as a path below the project folder. */
export function wildcard(call: Call, name = 'path'): string {
  const value = call.params[name]
  return Array.isArray(value) ? value.join('/') : (value ?? '')
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reply: Reply }

/** Parses what came from outside; the refusal says which field and why. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const result = schema.safeParse(value)
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, reply: refuse(badRequest(z.prettifyError(result.error))) }
}

export const badRequest = (message: string): Refusal => ({ code: 'badRequest', status: 400, message })
export const readOnly: Refusal = {
  code: 'forbidden',
  status: 403,
  message: 'Your role here is to read; it does not allow changes.',
}
