/**
 * Notifications of the system, for people who look elsewhere: off until a person asks for them, and kept per browser.
 * Invariant: none is shown while the page is looked at.
 */
import { remember, remembered } from './remembered.ts'

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

/** Tells it outside of the page, which a click on it brings to the front. `tag`: it takes the place of the one before. */
export function tellOutside(title: string, body: string, tag: string): void {
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
