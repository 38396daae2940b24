/** Where the dialog of names is shown; its code comes when it is opened first. */
import { useWatched } from '../../state/use-watched.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Notebook } from '../notebook.ts'
import { shownNames } from './names.ts'

const NamesDialog = lazyPart(async () => (await import('./NamesDialog.tsx')).NamesDialog)

export function NamesPlace({ notebook }: { readonly notebook: Notebook }) {
  const shown = useWatched(shownNames, (now) => now)
  return shown === null ? null : <NamesDialog notebook={notebook} shown={shown} />
}
