/** Named connections of SQL cells, as the page lists and edits them. A URL leaves the server with its secrets masked. */
import { z } from 'zod'
import { plain } from './route.ts'

/** The text in place of a secret in a URL. Sent back, it means: as it was. */
export const HIDDEN = '•••'

export const ConnectionName = z
  .string()
  .regex(
    /^[A-Za-z_][\w-]{0,59}$/,
    'A name has up to 60 letters, digits, _ and -, and begins with a letter or _.',
  )

/** `dialect+driver://…`, as SQLAlchemy writes it, or `duckdb:///file`. */
export const ConnectionUrl = z
  .string()
  .trim()
  .max(2000, 'A URL has at most 2000 characters.')
  .regex(/^[A-Za-z][\w+.-]*:\/\/[^\s\p{Cc}]*$/u, 'Write the URL as `dialect://user:password@host/database`.')

export const SavedConnection = z.object({ name: ConnectionName, url: z.string() })
export type SavedConnection = z.infer<typeof SavedConnection>

export const SavedConnections = z.object({ connections: z.array(SavedConnection) })
export type SavedConnections = z.infer<typeof SavedConnections>

export const MOST_CONNECTIONS = 200

const Named = z.object({ name: ConnectionName })

export const connectionApi = {
  connections: {
    ...plain,
    method: 'get',
    path: '/api/connections',
    summary: 'Lists the named connections of SQL cells; passwords are masked.',
    role: 'owner',
    answer: SavedConnections,
  },
  saveConnection: {
    ...plain,
    method: 'put',
    path: '/api/connections/:name',
    summary: 'Adds or changes a named connection. A masked password in the URL means the one that is saved.',
    role: 'owner',
    params: Named,
    body: z.object({ url: ConnectionUrl }),
    answer: SavedConnections,
  },
  removeConnection: {
    ...plain,
    method: 'delete',
    path: '/api/connections/:name',
    summary: 'Removes a named connection.',
    role: 'owner',
    reads: 'nothing',
    params: Named,
    answer: SavedConnections,
  },
} as const
