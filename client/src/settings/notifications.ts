/**
 * Notifications of the system, for people who look elsewhere: off until a person asks for them. The browser has to allow
 * them as well. Invariant: none is shown while the page is looked at.
 */
import { changeSetting, settings } from './settings-store.ts'

/** What came of switching them. */
export type Switched = 'on' | 'off' | 'refused' | 'missing'

/** Switches them on, if the browser allows it, or off. */
export async function setNotifications(isOn: boolean): Promise<Switched> {
  if (!isOn) {
    await changeSetting('person', 'notifications', false)
    return 'off'
  }
  if (typeof Notification === 'undefined') return 'missing'
  if ((await Notification.requestPermission()) !== 'granted') return 'refused'
  await changeSetting('person', 'notifications', true)
  return 'on'
}

/** Switches them on or off. */
export const switchNotifications = (): Promise<Switched> => setNotifications(!areOn())

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
  typeof Notification !== 'undefined' && Notification.permission === 'granted' && settings.get().notifications
