/** Whether the settings are open. */
import { type Observable, Watched } from '../state/observable.ts'

const open = new Watched(false)
export const settingsOpen: Observable<boolean> = open
export const showSettings = (): void => open.set(true)
export const hideSettings = (): void => open.set(false)
