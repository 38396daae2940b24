/** The OpenID provider of a project, from a JSON file outside the project folder, where editors cannot change it. */
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { z } from 'zod'
import { Role } from '../../contract/route.ts'

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
const Issuer = z.url().refine((text) => {
  const url = URL.parse(text)
  return (
    url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback.test(url.hostname)))
  )
}, 'the issuer is an https address')

const OidcFile = z.strictObject({
  issuer: Issuer,
  clientId: z.string().min(1),
  /** Relative to the file. Without one the client is public, and PKCE alone protects it. */
  clientSecretFile: z.string().min(1).optional(),
  /** On the button: "Sign in with …". */
  name: z.string().min(1).max(60),
  scopes: z.string().default('openid profile'),
  /** The highest role of the groups of a person counts. */
  roles: z.record(z.string().min(1), Role).default({}),
  /** For people without such a group. By default they may not come in. */
  defaultRole: Role.nullable().default(null),
  groupsClaim: z.string().min(1).default('groups'),
  nameClaim: z.string().min(1).default('name'),
  sessionHours: z.number().min(0.01).max(720).default(12),
})

export interface OidcConfig extends Omit<z.infer<typeof OidcFile>, 'clientSecretFile'> {
  readonly clientSecret: string | null
}

/** The file cannot be used. `hint` says what to do. */
export class OidcConfigError extends Error {
  readonly hint: string
  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** `root` is the real path of the project folder. Throws `OidcConfigError`. */
export function readOidcConfig(path: string, root: string): OidcConfig {
  const text = readOutside(path, root)
  const parsed = OidcFile.safeParse(jsonOf(path, text))
  if (!parsed.success)
    throw new OidcConfigError(
      `${path} cannot be used: ${z.prettifyError(parsed.error)}`,
      'docs/people.md says what is in this file.',
    )
  const { clientSecretFile, ...config } = parsed.data
  if (config.defaultRole === null && Object.keys(config.roles).length === 0)
    throw new OidcConfigError(
      `${path} lets no one in: it has no roles and no defaultRole`,
      'Name a group: "roles": { "data-team": "runner" }',
    )
  const secret =
    clientSecretFile === undefined ? null : readOutside(resolve(dirname(path), clientSecretFile), root).trim()
  if (secret === '')
    throw new OidcConfigError(`${clientSecretFile} is empty`, 'Put the secret of the client into it.')
  return { ...config, clientSecret: secret }
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OidcConfigError(`${path} is not JSON: ${why}`, 'docs/people.md has an example.')
  }
}

function readOutside(path: string, root: string): string {
  try {
    const real = realpathSync(path)
    if (!`${real}${sep}`.startsWith(`${root}${sep}`)) return readFileSync(real, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OidcConfigError(`${path} cannot be read: ${why}`, 'Name a file that this user may read.')
  }
  throw new OidcConfigError(
    `${path} is in the project folder, where everyone who edits files can change it`,
    'Move it outside, such as to /etc/yesterday.',
  )
}
