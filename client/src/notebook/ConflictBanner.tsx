/** Says that a merge left conflicts in the cells of this notebook, and leads to the resolver. */
import { countConflicts } from '@yesterday/server/contract/document.ts'
import { useMemo } from 'react'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import type { Notebook } from './notebook.ts'

export function ConflictBanner(props: { readonly notebook: Notebook; readonly onResolve: () => void }) {
  const { notebook } = props
  const order = useWatched(notebook.order, (ids) => ids)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new order means other cells in the document
  const count = useMemo(() => countConflicts(notebook.doc), [notebook, order])
  if (count === 0) return null
  return (
    <div className="notebook-banner" role="status">
      <span>{t('conflicts.banner', { count })}</span>
      <button type="button" className="button" onClick={props.onResolve}>
        {t('conflicts.resolve')}
      </button>
    </div>
  )
}
