/** pure. The options of `yesterday serve`. */
import { z } from 'zod'
import { Role } from '../../contract/route.ts'

/** Where the search for a free port begins. */
export const FIRST_PORT = 8888

/** The options of `yesterday serve`. */
export const ServeOptions = z.object({
  port: z.number().optional(),
  host: z.string().default('127.0.0.1'),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  publicUrl: z.string().optional(),
  trustedProxy: z.array(z.string()).optional(),
  oidc: z.string().optional(),
  open: z.boolean().default(true),
  python: z.string().optional(),
  kernel: z.string().optional(),
  starter: z.boolean().default(false),
  trust: z.boolean().default(false),
  beside: z.boolean().default(false),
  restart: z.boolean().default(true),
  /** Who other people of the hub are, where a JupyterHub starts this server. */
  hubRoles: z
    .object({ role: Role.nullable(), groups: z.record(z.string(), Role) })
    .nullable()
    .default(null),
  /** False where Jupyter clients alone are served. */
  page: z.boolean().default(true),
})
export type ServeOptions = z.infer<typeof ServeOptions>
