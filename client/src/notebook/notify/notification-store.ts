/** What the person gets outside of the page, asked for when the dialog opens. */
import { type NotificationSettings, NotificationState } from '@yesterday/server/contract/notifications.ts'
import { type Answer, api, type Problem } from '../../api/api.ts'
import { type Observable, Watched } from '../../state/observable.ts'

const URL = '/api/me/notifications'

/** `state` is null until it has come; `problem` says why it has not, or why a change failed. */
export interface NotificationsShown {
  readonly isOpen: boolean
  readonly state: NotificationState | null
  readonly problem: Problem | null
}

const closed: NotificationsShown = { isOpen: false, state: null, problem: null }
const watched = new Watched<NotificationsShown>(closed)
export const notificationsShown: Observable<NotificationsShown> = watched

export function showNotificationSettings(): void {
  watched.set({ ...closed, isOpen: true })
  void loadNotificationSettings()
}

export const hideNotificationSettings = (): void => watched.set(closed)

export async function loadNotificationSettings(): Promise<void> {
  take(await api.get(NotificationState, URL))
}

/** True if they are kept. */
export async function saveNotificationSettings(settings: NotificationSettings): Promise<boolean> {
  const answer = await api.send(NotificationState, URL, 'PUT', settings)
  take(answer)
  return answer.ok
}

function take(answer: Answer<NotificationState>): void {
  const before = watched.get()
  if (!before.isOpen) return
  if (answer.ok) watched.set({ isOpen: true, state: answer.value, problem: null })
  else watched.set({ ...before, problem: answer.problem })
}
