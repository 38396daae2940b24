/** Whether the dialog of tags and metadata is open, and for which cells. */
import { type Observable, Watched } from '../../state/observable.ts'
import type { Notebook } from '../notebook.ts'

const shown = new Watched<readonly string[] | null>(null)
/** Ids of the cells; null while the dialog is closed. */
export const shownMetadata: Observable<readonly string[] | null> = shown
export const hideMetadata = (): void => shown.set(null)

export const showMetadata = (notebook: Notebook): void => shown.set([...notebook.selected()])
