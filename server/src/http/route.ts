/** How a handler is bound to a route of the contract, and what it receives of a request that passed the gate. */
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { mayNot } from '../../contract/message-roles.ts'
import { mayActAs, type RouteSpec, type Standing } from '../../contract/route.ts'
import type { Refusal } from '../document/ports.ts'
import type { RelyingParty } from '../people/passkeys.ts'
import type { Person } from '../people/people.ts'
import type { Visitor } from '../people/sign-in.ts'
import type { Language } from './page-words.ts'
import { type Reply, refuse } from './reply.ts'

/** Who sends a request, and its body as a stream. */
interface Sender {
  /** Without a name and an id for a sender who is not signed in. */
  readonly person: Person
  readonly role: Standing
  /** The session of the sender's cookie; null for programs and unknown senders. */
  readonly session: string | null
  readonly visitor: Visitor
  /** The page that sends it, as passkeys know it; null where its address has no name, and for programs. */
  readonly party: RelyingParty | null
  /** The secret of a browser that began to sign in; null without one. */
  readonly browser: string | null
  /** The language of pages that the server writes itself. */
  readonly language: Language
  /** The raw body; unread where the route reads a stream. */
  readonly stream: Readable
  readonly contentLength: number | null
}

/** A request as it came: everything from outside is `unknown` or text. */
export interface RawCall extends Sender {
  readonly params: Readonly<Record<string, string | string[] | undefined>>
  readonly query: Readonly<Record<string, unknown>>
  /** Parsed JSON; undefined for routes that do not read JSON. */
  readonly body: unknown
}

/** A request whose parts are what the contract says. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> extends Sender {
  readonly params: Params
  readonly query: Query
  readonly body: Body
}

/** A route of the contract with its handler. */
export interface Route {
  readonly spec: RouteSpec
  handle(call: RawCall): Promise<Reply>
}

/** Binds a handler. It runs if the role suffices and the request is what the contract says. */
export function on<Params, Query, Body>(
  spec: RouteSpec<Params, Query, Body>,
  handle: (call: Call<Params, Query, Body>) => Promise<Reply>,
): Route {
  return {
    spec,
    handle: async ({ params, query, body, ...sender }) => {
      if (!mayActAs(sender.role, spec.role)) return refuse(roleTooLow(sender.role, spec.role))
      const place = parseParams(spec.params, params)
      if (!place.ok) return place.reply
      const asked = parse(spec.query, query)
      if (!asked.ok) return asked.reply
      const sent = parse(spec.body, body)
      if (!sent.ok) return sent.reply
      const reply = await handle({ ...sender, params: place.value, query: asked.value, body: sent.value })
      return reply.kind === 'json' ? { status: spec.status, ...reply } : reply
    },
  }
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reply: Reply }

/** Parses what came from outside; the refusal says which field and why. */
function parse<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const result = schema.safeParse(value)
  return result.success ? { ok: true, value: result.data } : { ok: false, reply: unreadable(result.error) }
}

/** As `parse`; the refusal does not name the parameter, as no client gave it a name. */
function parseParams<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const result = schema.safeParse(value)
  if (result.success) return { ok: true, value: result.data }
  const issues = result.error.issues.map((issue) => ({ ...issue, path: issue.path.slice(1) }))
  return { ok: false, reply: unreadable(new z.ZodError(issues)) }
}

const unreadable = (error: z.ZodError): Reply => refuse(badRequest(z.prettifyError(error)))

export const badRequest = (message: string): Refusal => ({ code: 'badRequest', status: 400, message })

/** The sender is not signed in, or has a lower role than `required`. */
export const roleTooLow = (standing: Standing, required: Standing): Refusal =>
  standing === 'anyone' || required === 'anyone'
    ? unknownSender
    : { code: 'forbidden', status: 403, message: mayNot(standing, required) }

export const unknownSender: Refusal = {
  code: 'signInNeeded',
  status: 401,
  message: 'You are not signed in.',
  hint: 'Sign in, or open the address that was printed in the terminal where Yesterday was started.',
}

/** A sender who is not signed in. */
export const STRANGER: Person = { id: '', name: '', color: '' }
