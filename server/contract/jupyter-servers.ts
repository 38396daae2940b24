/** Jupyter servers whose kernels notebooks may use, as the page lists and edits them. A token never leaves the server. */
import { z } from 'zod'
import { plain } from './route.ts'

export const MOST_SERVERS = 50

/** The part of kernel names behind `@`. */
export const ServerId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,39}$/,
    'A name has up to 40 small letters, digits and -, and begins with a letter or digit.',
  )

const NO_ADDRESS = 'Write the address as https://host:port/, without a token in it.'

/** Without name, password and query; a path of JupyterLab is left out. Ends with `/`. */
export const ServerUrl = z
  .string()
  .trim()
  .max(2_000)
  .refine(isAddress, NO_ADDRESS)
  .transform((text) => text.replace(/#.*$/s, '').replace(/(\/(tree|lab)(\/.*)?)?\/*$/s, '/'))

function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false
  return url.username === '' && url.password === '' && url.search === ''
}

/** Characters of a header. */
export const ServerToken = z
  .string()
  .trim()
  .max(2_000)
  .regex(/^[\x21-\x7e]*$/, 'A token has no spaces and only ASCII characters.')

/** One or more certificates. */
export const ServerCa = z
  .string()
  .trim()
  .max(200_000)
  .regex(/^-----BEGIN CERTIFICATE-----[\s\S]*-----END CERTIFICATE-----$/, 'Paste a certificate in PEM form.')

const Timeout = z.number().int().min(500).max(120_000)

/** What a person enters. A token or CA that is left out stays as it was; null removes it. */
export const ServerDraft = z.object({
  title: z.string().trim().min(1, 'Give the server a title.').max(80),
  url: ServerUrl,
  token: ServerToken.nullish(),
  ca: ServerCa.nullish(),
  timeoutMs: Timeout.default(10_000),
})
export type ServerDraft = z.input<typeof ServerDraft>

export const SavedServer = z.object({
  id: ServerId,
  title: z.string(),
  url: z.string(),
  hasToken: z.boolean(),
  hasCa: z.boolean(),
  timeoutMs: z.number(),
})
export type SavedServer = z.infer<typeof SavedServer>

export const SavedServers = z.object({ servers: z.array(SavedServer) })
export type SavedServers = z.infer<typeof SavedServers>

export const ServerTest = z.object({
  /** Titles of the kernels that it offers. */
  kernels: z.array(z.string()),
  /** Why it cannot be used, for people; null if it can. */
  problem: z.string().nullable(),
})
export type ServerTest = z.infer<typeof ServerTest>

const Named = z.object({ id: ServerId })

export const jupyterServerApi = {
  jupyterServers: {
    ...plain,
    method: 'get',
    path: '/api/jupyter-servers',
    summary: 'Lists the Jupyter servers that were added, without their tokens.',
    role: 'owner',
    answer: SavedServers,
  },
  saveJupyterServer: {
    ...plain,
    method: 'put',
    path: '/api/jupyter-servers/:id',
    summary:
      'Adds or changes a Jupyter server. A token or CA that is left out stays, unless the address changes.',
    role: 'owner',
    params: Named,
    body: ServerDraft,
    answer: SavedServers,
  },
  testJupyterServer: {
    ...plain,
    method: 'post',
    path: '/api/jupyter-servers/:id/test',
    summary: 'Asks a Jupyter server for its kernels, with these settings, and saves nothing.',
    role: 'owner',
    params: Named,
    body: ServerDraft,
    answer: ServerTest,
  },
  removeJupyterServer: {
    ...plain,
    method: 'delete',
    path: '/api/jupyter-servers/:id',
    summary: 'Removes a Jupyter server. Its running kernels go on there.',
    role: 'owner',
    reads: 'nothing',
    params: Named,
    answer: SavedServers,
  },
} as const
