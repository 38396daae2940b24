/**
 * Notifications of the system, for people who look elsewhere: off until a person asks for them, and kept per browser.
 * Invariant: none is shown while the page is looked at.
 */
import { remember, remembered } from '../state/remembered.ts'

const KEY = 'yesterday.notifications'

/** What came of switching them. */
export type Switched = 'on' | 'off' | 'refused' | 'missing'

/** Switches them on, with the browser's leave, or off again. */
export async function switchNotifications(): Promise<Switched> {
  if (typeof Notification === 'undefined') return 'missing'
  if (areOn()) {
    remember(KEY, 'off')
    return 'off'
  }
  if ((await Notification.requestPermission()) !== 'granted') return 'refused'
  remember(KEY, 'on')
  return 'on'
}

/** Shows a notification; a click on it brings the page to the front. `tag`: it replaces the one with this tag. */
export function showNotification(title: string, body: string, tag: string): void {
  if (!document.hidden || !areOn()) return
  try {
    const shown = new Notification(title, { body, tag })
    shown.onclick = () => {
      window.focus()
      shown.close()
    }
  } catch {
    // Browsers of phones have the name and refuse its use outside of a service worker.
  }
}

const areOn = (): boolean =>
  typeof Notification !== 'undefined' && Notification.permission === 'granted' && remembered(KEY) === 'on'
