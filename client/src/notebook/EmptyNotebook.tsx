/** Shows how to begin in a notebook without cells, once it is loaded. The person who created it can begin at once. */
import { useEffect, useRef } from 'react'
import { isJustMade } from '../files/actions.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import type { Notebook } from './notebook.ts'

export function EmptyNotebook({ notebook }: { readonly notebook: Notebook }) {
  const known = useWatched(notebook.room.facts, (facts) => facts.everSynced)
  const count = useWatched(notebook.order, (order) => order.length)
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (known && isJustMade(notebook.opened.path)) first.current?.focus()
  }, [known, notebook])
  if (!known || count > 0) return null
  const begin = (type: 'code' | 'markdown'): void => notebook.reveal(notebook.edits.insert(0, type), 'edit')
  return (
    <div className="notebook-empty">
      <p>{t(notebook.opened.writable ? 'outline.empty' : 'outline.emptyReadonly')}</p>
      {notebook.opened.writable && (
        <div>
          <button ref={first} type="button" className="button button-primary" onClick={() => begin('code')}>
            {t('outline.beginCode')}
          </button>
          <button type="button" className="button" onClick={() => begin('markdown')}>
            {t('outline.beginText')}
          </button>
        </div>
      )}
    </div>
  )
}
