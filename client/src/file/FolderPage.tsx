/** A folder: what is in it, by name. */
import { useEffect, useSyncExternalStore } from 'react'
import { EntryList } from '../files/EntryList.tsx'
import { files } from '../files/files-store.ts'
import { type FolderState, nameOf } from '../files/tree.ts'
import { t } from '../text/text.ts'
import { ProblemBox } from '../ui/Problem.tsx'

/** What is known of a folder; it is asked for where nothing is. */
export function useFolder(path: string): FolderState | undefined {
  const tree = useSyncExternalStore(files.subscribe, files.snapshot)
  useEffect(() => {
    const known = files.snapshot().folders.get(path)
    if (known === undefined || known.at === 'failed') void files.load(path)
  }, [path])
  return tree.folders.get(path)
}

export function FolderPage({ path }: { readonly path: string }) {
  const folder = useFolder(path)
  return (
    <section className="home">
      <div className="home-head">
        <h1>{nameOf(path)}</h1>
      </div>
      <Content folder={folder} path={path} />
    </section>
  )
}

function Content({ folder, path }: { readonly folder: FolderState | undefined; readonly path: string }) {
  if (folder === undefined || folder.at === 'loading') return <p>{t('app.loading')}</p>
  if (folder.at === 'failed')
    return <ProblemBox problem={folder.problem} onRetry={() => void files.load(path)} />
  if (folder.entries.length === 0) return <p>{t('file.emptyFolder')}</p>
  return <EntryList entries={folder.entries} />
}
