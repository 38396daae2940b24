/** pure. What a JupyterHub passes to a server that it starts: the variables of `jupyterhub-singleuser`. */
import { z } from 'zod'

const Url = z.url({ protocol: /^https?$/ })
/** Absent and empty are the same. */
const OptionalUrl = z.preprocess((value) => (value === '' ? undefined : value), Url.optional())
const Prefix = z.string().regex(/^\/(?:[A-Za-z0-9._~@+%-]+\/)*$/, 'a path with a slash at both ends')
const Scopes = z.string().transform((text, context): readonly string[] => {
  const read = z.array(z.string().startsWith('access:')).min(1).safeParse(jsonOf(text))
  if (read.success) return read.data
  context.addIssue('a JSON list of access scopes')
  return z.NEVER
})

const Variables = z.object({
  JUPYTERHUB_API_TOKEN: z.string().min(1),
  JUPYTERHUB_API_URL: Url,
  JUPYTERHUB_CLIENT_ID: z.string().min(1),
  JUPYTERHUB_USER: z.string().min(1),
  JUPYTERHUB_SERVER_NAME: z.string().default(''),
  JUPYTERHUB_SERVICE_PREFIX: Prefix,
  JUPYTERHUB_SERVICE_URL: Url,
  JUPYTERHUB_OAUTH_CALLBACK_URL: z.string().min(1),
  JUPYTERHUB_OAUTH_ACCESS_SCOPES: Scopes,
  JUPYTERHUB_ACTIVITY_URL: OptionalUrl,
  /** Seconds; 0 reports nothing. */
  JUPYTERHUB_ACTIVITY_INTERVAL: z.coerce.number().min(0).max(86_400).default(300),
  JUPYTERHUB_BASE_URL: Prefix.default('/'),
  /** The origin of the hub, where servers have other host names; '' where they have the same. */
  JUPYTERHUB_HOST: z.union([z.literal(''), Url]).default(''),
  JUPYTERHUB_PUBLIC_URL: OptionalUrl,
  JUPYTERHUB_PUBLIC_HUB_URL: OptionalUrl,
  JUPYTERHUB_ROOT_DIR: z.string().optional(),
  JUPYTERHUB_SSL_KEYFILE: z.string().optional(),
})

export interface HubConfig {
  readonly apiUrl: string
  readonly apiToken: string
  readonly clientId: string
  /** The person for whom the hub starts this server. */
  readonly owner: string
  /** '' is the default server of a person. */
  readonly server: string
  /** The path of this server, with a slash at both ends. */
  readonly prefix: string
  /** Where this server listens. */
  readonly host: string
  readonly port: number
  readonly callback: string
  /** One of these lets a person in. */
  readonly accessScopes: readonly string[]
  readonly activityUrl: string | null
  /** How often activity is reported, ms; 0: never. */
  readonly activityMs: number
  /** The hub's pages as a browser reaches them, with a slash at the end: an address, or a path on the same host. */
  readonly hubPages: string
  /** This server as a browser reaches it; null where the hub does not say. */
  readonly publicUrl: string | null
  /** The project folder that the hub names. */
  readonly root: string | null
}

/** The hub's variables cannot be used. `hint` says what to do. */
export class HubConfigError extends Error {
  readonly hint: string
  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** Throws `HubConfigError`. Its text has no value of a variable. */
export function readHubConfig(env: Readonly<Record<string, string | undefined>>): HubConfig {
  // The former name of the same.
  const JUPYTERHUB_OAUTH_ACCESS_SCOPES = env.JUPYTERHUB_OAUTH_ACCESS_SCOPES ?? env.JUPYTERHUB_OAUTH_SCOPES
  const read = Variables.safeParse({ ...env, JUPYTERHUB_OAUTH_ACCESS_SCOPES })
  if (!read.success) throw unusable([...new Set(read.error.issues.map(({ path }) => String(path[0])))], env)
  const found = read.data
  if (found.JUPYTERHUB_SSL_KEYFILE !== undefined)
    throw new HubConfigError(
      'this hub uses TLS inside (internal_ssl), which is not supported',
      'Set c.JupyterHub.internal_ssl = False.',
    )
  const service = new URL(found.JUPYTERHUB_SERVICE_URL)
  const onHubHost = `${found.JUPYTERHUB_HOST.replace(/\/+$/, '')}${found.JUPYTERHUB_BASE_URL}hub/`
  return {
    apiUrl: found.JUPYTERHUB_API_URL.replace(/\/+$/, ''),
    apiToken: found.JUPYTERHUB_API_TOKEN,
    clientId: found.JUPYTERHUB_CLIENT_ID,
    owner: found.JUPYTERHUB_USER,
    server: found.JUPYTERHUB_SERVER_NAME,
    prefix: found.JUPYTERHUB_SERVICE_PREFIX,
    host: service.hostname.replace(/^\[|\]$/g, ''),
    port: Number(service.port || (service.protocol === 'https:' ? 443 : 80)),
    callback: found.JUPYTERHUB_OAUTH_CALLBACK_URL,
    accessScopes: found.JUPYTERHUB_OAUTH_ACCESS_SCOPES,
    activityUrl: found.JUPYTERHUB_ACTIVITY_URL ?? null,
    activityMs: found.JUPYTERHUB_ACTIVITY_INTERVAL * 1000,
    hubPages: found.JUPYTERHUB_PUBLIC_HUB_URL?.replace(/\/*$/, '/') ?? onHubHost,
    publicUrl: found.JUPYTERHUB_PUBLIC_URL ?? null,
    root: found.JUPYTERHUB_ROOT_DIR ?? null,
  }
}

function unusable(
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): HubConfigError {
  const isMissing = env.JUPYTERHUB_API_TOKEN === undefined
  return new HubConfigError(
    isMissing ? 'no JupyterHub started this server' : `the hub's ${names.join(', ')} cannot be used`,
    isMissing
      ? 'This command is for c.Spawner.cmd. To serve a folder: yesterday serve DIR'
      : 'JupyterHub 3 or later sets them. docs/deploy.md has the lines of jupyterhub_config.py.',
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Whether a token with these scopes may open the server. As `check_scopes` of JupyterHub: filters of groups do not count. */
export function mayAccess(required: readonly string[], granted: readonly string[]): boolean {
  return required.some((scope) => wider(scope).some((one) => granted.includes(one)))
}

/** The scope, and those that include it: `access:servers!server=ada/x` is in `access:servers!user=ada`, and in `access:servers`. */
function wider(scope: string): readonly string[] {
  const [, base = scope, user = ''] = /^([^!]+)!server=([^/]*)\//.exec(scope) ?? /^([^!]+)!/.exec(scope) ?? []
  return [scope, base, ...(user === '' ? [] : [`${base}!user=${user}`])]
}
