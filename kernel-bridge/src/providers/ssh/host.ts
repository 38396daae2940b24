/** pure. A machine that the user reaches by SSH, as it is kept in the user's folder. */
import { z } from 'zod'

/** `user@name`, or a name of the user's ssh configuration. It cannot be an option of ssh, nor hold what a shell reads. */
const TARGET = /^(?:[A-Za-z0-9_][\w.+-]{0,63}@)?[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/
/** Absolute or below the home folder. Over there it is inside single quotes. */
const PATH = /^(?:~|(?:~?\/[^\p{C}'"`$\\!;|&<>*?]{1,1000}))$/u

const Kernel = z.object({
  name: z.string().regex(/^[\w.-]{1,200}$/),
  title: z.string().max(200),
  language: z.string().max(100),
})

export const SshHost = z.object({
  /** The part of kernel names behind `@`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  title: z.string().trim().min(1).max(80),
  target: z.string().regex(TARGET),
  port: z.number().int().min(1).max(65_535).nullable().default(null),
  /** A Python or an environment over there; null looks in the usual places. */
  python: z.string().regex(PATH).nullable().default(null),
  /** Where kernels start. */
  folder: z.string().regex(PATH).default('~'),
  /** A configuration file of ssh, instead of the user's. */
  config: z.string().max(4_096).nullable().default(null),
  /** Those of the last look, shown while there is no connection. */
  kernels: z.array(Kernel).max(200).default([]),
})
export type SshHost = z.infer<typeof SshHost>
