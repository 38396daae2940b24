/** What a file of the tree can be used for beside opening it: the notebook that is shown writes code that reads it. */
import { Watched } from '../state/observable.ts'

/** Null where no notebook is shown that may be changed. */
export const fileUse = new Watched<((path: string) => void) | null>(null)

/** The type by which a file's path is dragged within the page. */
export const DRAGGED_FILE = 'application/x-yesterday-file'
