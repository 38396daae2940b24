/** Which notifications the caller gets outside of the page. A program has no settings of its own. */
import { notificationApi } from '../../../contract/notifications.ts'
import type { Notifier } from '../../notify/notifier.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export const notificationRoutes = (notifier: Pick<Notifier, 'stateOf' | 'choose'>): readonly Route[] => [
  on(notificationApi.notifications, async ({ person }) => json(notifier.stateOf(person.id))),
  on(notificationApi.setNotifications, async ({ person, session, body }) =>
    session === null ? refuse(notForPrograms) : json(notifier.choose(person.id, body)),
  ),
]

const notForPrograms = {
  code: 'noProfile',
  status: 409,
  message: 'A program gets no notifications.',
  hint: 'Choose them in the page.',
}
