/** The page without an open notebook: the recent ones, or how to begin. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { useEffect, useSyncExternalStore } from 'react'
import { useMay } from '../api/use-may.ts'
import { makeNotebook } from '../files/actions.ts'
import { EntryList } from '../files/EntryList.tsx'
import { files } from '../files/files-store.ts'
import { TerminalList } from '../terminals/TerminalList.tsx'
import { t } from '../text/text.ts'
import { FilePlus2 } from '../ui/icons.ts'
import { ProblemBox } from '../ui/Problem.tsx'

/** The first page: notebooks of the project folder, last changed first. */
export function Home() {
  const tree = useSyncExternalStore(files.subscribe, files.snapshot)
  const root = tree.folders.get('')
  useEffect(() => {
    document.title = t('app.name')
  }, [])
  if (root === undefined || root.at === 'loading') return <HomeSkeleton />
  if (root.at === 'failed')
    return (
      <section className="home">
        <ProblemBox problem={root.problem} onRetry={() => void files.load('')} />
      </section>
    )
  const notebooks = root.entries.filter((entry) => entry.type === 'notebook')
  return notebooks.length === 0 ? <Begin /> : <Recent notebooks={newestFirst(notebooks)} />
}

const newestFirst = (entries: readonly FileEntry[]): readonly FileEntry[] =>
  [...entries].sort((a, b) => b.modified.localeCompare(a.modified)).slice(0, 12)

function Recent({ notebooks }: { readonly notebooks: readonly FileEntry[] }) {
  return (
    <section className="home">
      <div className="home-head">
        <h1>{t('home.title')}</h1>
        <NewNotebook />
      </div>
      <h2 className="home-label">{t('home.recent')}</h2>
      <EntryList entries={notebooks} />
      <TerminalList />
    </section>
  )
}

function Begin() {
  return (
    <section className="home home-empty">
      <h1>{t('home.empty')}</h1>
      <p>{t('home.emptyHint')}</p>
      <NewNotebook />
      <p className="home-aside">{t('home.drop')}</p>
      <TerminalList />
    </section>
  )
}

function NewNotebook() {
  if (!useMay('editor')) return null
  return (
    <button type="button" className="button button-primary" onClick={() => void makeNotebook('')}>
      <FilePlus2 size={16} aria-hidden="true" />
      {t('files.newNotebook')}
    </button>
  )
}

function HomeSkeleton() {
  return (
    <section className="home" role="status" aria-label={t('app.loading')}>
      <div className="skeleton" style={{ height: 34, width: 240 }} />
      <div className="skeleton" style={{ height: 180, marginTop: 32 }} />
    </section>
  )
}
