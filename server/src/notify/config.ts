/**
 * `notifications.json` of the user's own data folder: whether this server sends mails and calls webhooks. Invariant: a file
 * that cannot be read switches both off and says why; a project folder cannot name a server.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Smtp = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535).default(587),
  secure: z.boolean().default(false),
  requireTls: z.boolean().default(true),
  user: z.string().max(255).optional(),
  password: z.string().max(1000).optional(),
  from: z.string().min(3).max(320),
})
export const NotifyConfig = z.strictObject({
  smtp: Smtp.optional(),
  webhooks: z.strictObject({ allowPrivate: z.boolean().default(false) }).optional(),
  /** Of links in the texts: the address under which people reach this server. */
  url: z.url().optional(),
  /** Runs that took longer are notified, s. */
  longRunSeconds: z.number().min(0).default(60),
})
export type NotifyConfig = z.infer<typeof NotifyConfig>

const OFF = NotifyConfig.parse({})

/** `onProblem` gets why a file that is there cannot be used. */
export function readNotifyConfig(folder: string, onProblem: (problem: string) => void): NotifyConfig {
  const path = join(folder, 'notifications.json')
  try {
    const read = NotifyConfig.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    if (read.success) return read.data
    onProblem(`Could not use ${path}, so no notifications are sent: ${z.prettifyError(read.error)}`)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing) onProblem(`Could not read ${path}, so no notifications are sent: ${String(error)}`)
  }
  return OFF
}
