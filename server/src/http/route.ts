/** How a handler is bound to a route of the contract, and what it receives of a request that passed the gate. */
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { mayNot } from '../../contract/message-roles.ts'
import { mayActAs, type RouteSpec, type Standing } from '../../contract/route.ts'
import { type Subject, subjectsOf } from '../../contract/subjects.ts'
import type { Refusal } from '../document/ports.ts'
import type { RelyingParty } from '../people/passkeys.ts'
import type { Person } from '../people/people.ts'
import type { Visitor } from '../people/sign-in.ts'
import type { Language } from './page-words.ts'
import { type Reply, refuse } from './reply.ts'
import { NOT_HERE, type Scope } from './scope.ts'

/** Who sends a request, and its body as a stream. */
interface Sender {
  /** Without a name and an id for a sender who is not signed in. */
  readonly person: Person
  /** In a handler: the role for what the request names, which may differ from that in the project. */
  readonly role: Standing
  /** Null for a sender with the same role everywhere. */
  readonly scope: Scope | null
  /** The session of the sender's cookie; null for programs and unknown senders. */
  readonly session: string | null
  readonly visitor: Visitor
  /** The page that sends it, as passkeys know it; null where its address has no name, and for programs. */
  readonly party: RelyingParty | null
  /** The address by which this server is opened, with its path and without a slash at the end. */
  readonly origin: string
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

/**
 * Binds a handler. It runs if the request is what the contract says, and the role suffices for all that it names. This is
 * the one place that decides so.
 */
export function on<Params, Query, Body>(
  spec: RouteSpec<Params, Query, Body>,
  handle: (call: Call<Params, Query, Body>) => Promise<Reply>,
): Route {
  return {
    spec,
    handle: async ({ params, query, body, ...sender }) => {
      const { scope } = sender
      if (!mayActAs(sender.role, spec.role) && scope?.mayReach(spec.role) !== true)
        return refuse(roleTooLow(sender.role, spec.role))
      const place = parseParams(spec.params, params)
      if (!place.ok) return place.reply
      const asked = parse(spec.query, query)
      if (!asked.ok) return asked.reply
      const sent = parse(spec.body, body)
      if (!sent.ok) return sent.reply
      const named = subjectsOf(place.value, asked.value, sent.value)
      const role = scope === null ? sender.role : await roleHere(spec, scope, named)
      if (typeof role === 'object') return refuse(role)
      const call = { ...sender, role, params: place.value, query: asked.value, body: sent.value }
      const reply = await handle(call)
      const shown = scope === null ? reply : await scope.shown(reply, named.length > 0)
      return shown.kind === 'json' ? { status: spec.status, ...shown } : shown
    },
  }
}

/** The role for what a request names, or why it does not suffice. */
async function roleHere(
  spec: RouteSpec,
  scope: Scope,
  named: readonly Subject[],
): Promise<Standing | Refusal> {
  const role = await scope.roleFor(named)
  if (role === 'none') return NOT_HERE
  if (!mayActAs(role, spec.role)) return roleTooLow(role, spec.role)
  const folders = named.filter(({ field }) => field === 'path' || field === 'from')
  if (spec.movesAll !== true || folders.length === 0) return role
  const least = await scope.roleWithin(folders.map(({ named: path }) => path))
  return least !== 'none' && mayActAs(least, spec.role) ? role : partly
}

const partly: Refusal = {
  code: 'forbidden',
  status: 403,
  message: 'Your role does not allow this for everything in that folder.',
  hint: 'Ask an owner of the project.',
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
