/** Which notifications a person gets outside of the page: by e-mail and by a webhook of their own. */
import { z } from 'zod'
import { plain } from './route.ts'

/** `mention`: in a comment. `reply`: in a thread in which the person wrote. `run`: a long run of theirs ended while they were away. */
export const NOTIFICATION_KINDS = ['mention', 'reply', 'run'] as const
export const NotificationKind = z.enum(NOTIFICATION_KINDS)
export type NotificationKind = z.infer<typeof NotificationKind>

export const NOTIFICATION_WAYS = ['email', 'webhook'] as const
export type NotificationWay = (typeof NOTIFICATION_WAYS)[number]

/** One address, without a name, a list or a comment. */
export const EmailAddress = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@<>,;:"()[\]\\]{1,64}@[a-z0-9.-]{1,190}$/i, 'an e-mail address such as ada@example.org')

export const WebhookUrl = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'an address that begins with https://')

export const NotificationSettings = z.object({
  email: EmailAddress.nullable(),
  webhook: WebhookUrl.nullable(),
  kinds: z.array(NotificationKind).max(NOTIFICATION_KINDS.length),
  /** Of the texts. */
  language: z.enum(['en', 'zh']),
})
export type NotificationSettings = z.infer<typeof NotificationSettings>

export const NotificationState = z.object({
  settings: NotificationSettings,
  /** What the server was set up for. */
  offers: z.object({ email: z.boolean(), webhook: z.boolean() }),
  /** Signs what the webhook receives; null while there is no webhook. */
  secret: z.string().nullable(),
  /** Why the last delivery failed; null where it did not. */
  problem: z.string().nullable(),
  /** Name of the damaged file that the caller's choices were in, until they choose again; null where there is none. */
  lost: z.string().nullable(),
})
export type NotificationState = z.infer<typeof NotificationState>

const path = '/api/me/notifications'
export const notificationApi = {
  notifications: {
    ...plain,
    method: 'get',
    path,
    summary: 'Returns which notifications the caller gets outside of the page.',
    role: 'viewer',
    answer: NotificationState,
  },
  setNotifications: {
    ...plain,
    method: 'put',
    path,
    summary: 'Sets which notifications the caller gets outside of the page.',
    role: 'viewer',
    body: NotificationSettings,
    answer: NotificationState,
  },
} as const
