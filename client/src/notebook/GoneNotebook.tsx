/** In place of a notebook that was deleted: what happened, and what this browser still has of it. */
import { useState } from 'react'
import { api } from '../api/api.ts'
import { files } from '../files/files-store.ts'
import { nameOf, parentOf } from '../files/tree.ts'
import { navigate, redirect } from '../navigation/route.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import type { Notebook } from './notebook.ts'

interface Props {
  readonly notebook: Notebook
  /** Opens what is at the address now. */
  readonly onReopen: () => void
}

export function GoneNotebook({ notebook, onReopen }: Props) {
  const [path] = useState(notebook.path.get())
  const [hasEdits] = useState(notebook.durable.unsent().length > 0)
  return (
    <div className="boundary">
      <div className="problem" role="alert">
        <strong>{t('notebook.goneName', { name: nameOf(path) })}</strong>
        <p>{t(hasEdits ? 'notebook.goneEdits' : 'notebook.goneHint')}</p>
        {hasEdits && (
          <button
            type="button"
            className="button button-primary"
            onClick={() => void saveAsNew(notebook, path, onReopen)}
          >
            {t('notebook.goneSave')}
          </button>
        )}
        <button type="button" className="button" onClick={() => navigate({ at: 'home' })}>
          {t('app.home')}
        </button>
      </div>
    </div>
  )
}

/** Puts the cells of the page that were not saved into a notebook of their own. */
async function saveAsNew(notebook: Notebook, path: string, onReopen: () => void): Promise<void> {
  const made = await api.changeFiles({
    type: 'newNotebook',
    folder: parentOf(path),
    name: nameOf(path),
  })
  if (!made.ok) return notify('error', made.problem.message, made.problem.hint)
  const opened = await api.open(made.value.path)
  if (!opened.ok) return notify('error', opened.problem.message, opened.problem.hint)
  await notebook.unsent.moveTo({ documentId: opened.value.documentId, path: made.value.path })
  await files.refresh()
  if (made.value.path === path) onReopen()
  else redirect({ at: 'file', path: made.value.path })
}
