/** Whether the packages are open. */
import { type Observable, Watched } from '../../state/observable.ts'

const open = new Watched(false)
export const packagesOpen: Observable<boolean> = open
export const showPackages = (): void => open.set(true)
export const hidePackages = (): void => open.set(false)
