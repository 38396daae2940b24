/** Whether the dialog of "Continue on…" is shown. */
import { type Observable, Watched } from '../../state/observable.ts'

const open = new Watched(false)
export const moveOpen: Observable<boolean> = open
export const showMove = (): void => open.set(true)
export const hideMove = (): void => open.set(false)
