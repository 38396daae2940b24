/** The form of a route and of a socket, and the roles that may call them. `routes.ts` lists all of them. */
import { z } from 'zod'

/**
 * Each role may do what the roles before it may. `viewer` reads, `commenter` comments, `editor` changes documents and
 * files, `runner` runs code (a shell on the server's machine), `owner` manages the project and its people.
 */
export const ROLES = ['viewer', 'commenter', 'editor', 'runner', 'owner'] as const
export const Role = z.enum(ROLES)
export type Role = z.infer<typeof Role>

/** What a sender may do: a role, or `anyone` for a sender that is not signed in. */
export const STANDINGS = ['anyone', ...ROLES] as const
export type Standing = (typeof STANDINGS)[number]

/** True if `standing` may call what requires `required`. */
export const mayActAs = (standing: Standing, required: Standing): boolean =>
  STANDINGS.indexOf(standing) >= STANDINGS.indexOf(required)

/** One HTTP route. The server parses `params`, `query` and `body` in this order before the handler runs. */
export interface RouteSpec<Params = unknown, Query = unknown, Body = unknown> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Express' notation (https://expressjs.com/en/guide/routing.html): `:name` is one part, `*name` one or more. */
  readonly path: string
  /** One sentence for the docs. */
  readonly summary: string
  /** The least role that may call it. */
  readonly role: Standing
  readonly params: z.ZodType<Params>
  readonly query: z.ZodType<Query>
  /**
   * How the body is read: as JSON, as JSON of whatever type it says to be, as a short form of a page without script, as a
   * stream by the handler, or not at all.
   */
  readonly reads: 'json' | 'anyJson' | 'form' | 'stream' | 'nothing'
  /** What the JSON or the form must be. */
  readonly body: z.ZodType<Body>
  /** The JSON of a successful answer; null where the answer is bytes or empty. */
  readonly answer: z.ZodType | null
  /** True where the answer is bytes, or may be. */
  readonly streams: boolean
  /** The status of a successful answer. */
  readonly status: number
  /** Who sends it is not looked at: the server reads no cookie and no token. */
  readonly ignoresSender?: true
  /** Moves, copies or deletes what it names: the sender needs the role for everything in a folder as well. */
  readonly movesAll?: true
}

/** The parts of a route that most routes share: nothing asked, nothing sent, status 200. */
export const plain = {
  params: z.object({}),
  query: z.object({}),
  reads: 'json',
  body: z.unknown(),
  streams: false,
  status: 200,
} as const

/** One WebSocket. The path has one parameter: the id of the document or kernel, or the name of the terminal. */
export interface SocketSpec<Query = unknown> {
  readonly path: string
  readonly summary: string
  /** The least role that may open it. `message-roles.ts` has the roles of its messages. */
  readonly role: Role
  readonly query: z.ZodType<Query>
  /** The file of the contract that describes the frames. */
  readonly frames: string
}

/** A `*path` parameter: its parts, joined to a path below the project folder. */
export const PathParam = z
  .union([z.array(z.string()), z.string()])
  .default('')
  .transform((parts) => (typeof parts === 'string' ? parts : parts.join('/')))

/** A parameter that is given or not; its value does not count. */
export const Flag = z.union([z.string(), z.array(z.string())]).optional()
