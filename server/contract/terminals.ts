/**
 * Terminals: shells of the server's user in the project folder. The routes and the socket are those of Jupyter Server
 * (https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html), with titles, owners and what runs beside.
 *
 * `/terminals/websocket/<name>` carries JSON arrays, as terminado has them:
 *
 *   ["setup", {}]              server → client: first of all; then what the terminal printed before, as stdout
 *   ["stdout", text]           server → client
 *   ["disconnect", 1, code]    server → client: the shell has ended; `code` is its exit code, or null
 *   ["stdin", text]            client → server
 *   ["set_size", rows, columns, …]   client → server: the smallest of all clients counts
 *   ["ack", n]                 client → server, with `?acks=1`: n characters of stdout were drawn since the last one
 *
 * A client that is slow misses what lies between: it gets a reset (`ESC c`) and the newest output.
 */
import { z } from 'zod'
import { Actor } from './actor.ts'
import { Timestamp } from './ids.ts'
import { plain } from './route.ts'

/** Clients of Jupyter servers send JSON as `text/plain`. */
const jupyter = { ...plain, reads: 'anyJson' } as const

/** Characters of one message. */
export const MOST_TYPED = 1024 * 1024
const Size = z.number().int().min(1).max(1000)
const Name = z.string().regex(/^\w{1,64}$/, 'a terminal’s name has 1 to 64 letters, digits and _')

export const TerminalTitle = z
  .string()
  .trim()
  .min(1)
  .max(80)
  // Controls, and what reverses the order of text.
  .regex(/^[^\p{C}]*$/u, 'a title has no control characters')

export const Terminal = z.object({
  name: z.string(),
  last_activity: Timestamp,
  title: z.string(),
  by: Actor,
  /** Names of the programs that run in it beside the shell. At most 10. */
  running: z.array(z.string()),
})
export type Terminal = z.infer<typeof Terminal>

/** `cwd`: where the shell starts, as a path in the project; the project folder if it is no folder there. */
export const TerminalStart = z.preprocess(
  (value) => value ?? {},
  z.object({ name: Name.nullish(), cwd: z.string().max(4096).nullish(), title: TerminalTitle.nullish() }),
)
export type TerminalStart = z.infer<typeof TerminalStart>

/** What a client may send. */
export const TerminalInput = z.union([
  z.tuple([z.literal('stdin'), z.string().max(MOST_TYPED)]),
  z.tuple([z.literal('set_size'), Size, Size]).rest(z.unknown()),
  z.tuple([z.literal('ack'), z.number().int().positive().max(Number.MAX_SAFE_INTEGER)]),
])
export type TerminalInput = z.infer<typeof TerminalInput>

/** What the server sends. */
export const TerminalOutput = z.union([
  z.tuple([z.literal('setup'), z.object({})]),
  z.tuple([z.literal('stdout'), z.string()]),
  z.tuple([z.literal('disconnect'), z.literal(1), z.number().nullable()]),
])
export type TerminalOutput = z.infer<typeof TerminalOutput>

const one = { params: z.object({ terminal: Name }) }

export const terminalApi = {
  terminals: {
    ...jupyter,
    method: 'get',
    path: '/api/terminals',
    summary: 'Lists the open terminals.',
    role: 'runner',
    answer: z.array(Terminal),
  },
  startTerminal: {
    ...jupyter,
    method: 'post',
    path: '/api/terminals',
    summary: 'Opens a terminal, or returns the one of that name. It ends with the server.',
    role: 'runner',
    body: TerminalStart,
    answer: Terminal,
  },
  terminal: {
    ...jupyter,
    ...one,
    method: 'get',
    path: '/api/terminals/:terminal',
    summary: 'Returns a terminal; 404 means that it has ended.',
    role: 'runner',
    answer: Terminal,
  },
  renameTerminal: {
    ...jupyter,
    ...one,
    method: 'patch',
    path: '/api/terminals/:terminal',
    summary: 'Gives a terminal another title.',
    role: 'runner',
    body: z.object({ title: TerminalTitle }),
    answer: Terminal,
  },
  endTerminal: {
    ...jupyter,
    ...one,
    method: 'delete',
    path: '/api/terminals/:terminal',
    summary: 'Ends a terminal and every program of its session.',
    role: 'runner',
    answer: null,
    status: 204,
  },
} as const
