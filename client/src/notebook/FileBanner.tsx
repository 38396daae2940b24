/** Says that the notebook on the screen is in no file any more, and what can be done. */
import { useEffect, useState } from 'react'
import { api } from '../api/api.ts'
import { files } from '../files/files-store.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import type { Notebook } from './notebook.ts'

interface Props {
  readonly notebook: Notebook
  /** Opens the notebook that is at the path now. */
  readonly onReopen: () => void
  /** Resolves the conflicts in the file. */
  readonly onResolve: () => void
}

export function FileBanner({ notebook, onReopen, onResolve }: Props) {
  const file = useWatched(notebook.file, (presence) => presence)
  const path = useWatched(notebook.path, (known) => known)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    if (file !== 'there') void files.refresh()
  }, [file])
  if (file === 'there') return null
  const save = async (): Promise<void> => {
    setBusy(true)
    const written = await api.writeAgain(notebook.opened.documentId)
    setBusy(false)
    if (written.ok) notify('info', t('fileGone.saved', { path: written.value.path }))
    else notify('error', written.problem.message, written.problem.hint)
    void files.refresh()
  }
  return (
    <div className="notebook-banner" role="alert">
      <span>{t(`fileGone.${file}`, { path })}</span>
      {file === 'conflicted' && (
        <button type="button" className="button" onClick={onResolve}>
          {t('conflicts.resolve')}
        </button>
      )}
      {notebook.opened.writable && file !== 'conflicted' && (
        <button type="button" className="button" disabled={isBusy} onClick={() => void save()}>
          {t(file === 'deleted' ? 'fileGone.save' : 'fileGone.saveCopy')}
        </button>
      )}
      {file === 'replaced' && (
        <button type="button" className="button" onClick={onReopen}>
          {t('fileGone.open')}
        </button>
      )}
    </div>
  )
}
