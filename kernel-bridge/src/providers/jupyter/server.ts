/** A Jupyter server or gateway that the user added, as it is kept in the user's folder. */
import { z } from 'zod'

/** Bytes of a certificate file. */
const CA_LIMIT = 200_000

export const JupyterServer = z.object({
  /** The part of kernel names behind `@`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  title: z.string().trim().min(1).max(80),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .refine((text) => new URL(text).username === '' && new URL(text).search === '', {
      error: 'The address has a name, a password or a query. Give the token by itself.',
    })
    .transform((text) => text.replace(/(\/(tree|lab))?\/*$/, '/')),
  /** '' for a server without one. */
  token: z
    .string()
    .max(2_000)
    .regex(/^[\x21-\x7e]*$/)
    .default(''),
  /** Certificates in PEM that the server's is signed by; null for those that Node knows. */
  ca: z.string().max(CA_LIMIT).nullable().default(null),
  /** A Unix socket of this machine that leads there, instead of the host and port of `url`. */
  socketPath: z.string().max(107).nullable().default(null),
  /** For each request. */
  timeoutMs: z.number().int().min(500).max(120_000).default(10_000),
  /** Bytes of values that a run may send home. */
  valueBytes: z
    .number()
    .int()
    .min(0)
    .max(64 * 1024 * 1024)
    .default(16 * 1024 * 1024),
})
export type JupyterServer = z.infer<typeof JupyterServer>
