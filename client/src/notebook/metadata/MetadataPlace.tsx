/** Where the dialog of tags and metadata is shown; its code comes when it is opened first. */
import { useWatched } from '../../state/use-watched.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Notebook } from '../notebook.ts'
import { shownMetadata } from './metadata-open.ts'

const MetadataDialog = lazyPart(async () => (await import('./MetadataDialog.tsx')).MetadataDialog)

export function MetadataPlace({ notebook }: { readonly notebook: Notebook }) {
  const cells = useWatched(shownMetadata, (now) => now)
  return cells === null ? null : <MetadataDialog key={cells.join(' ')} notebook={notebook} cells={cells} />
}
