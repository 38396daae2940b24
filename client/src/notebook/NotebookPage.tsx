/**
 * The page of a notebook: opens it, and lives through another epoch, a rename, a deletion and a server that is away.
 * Invariant: what was typed and not saved stays in this browser until it is in the document again.
 */
import './notebook.css'
import './layout.css'
import { useEffect, useState } from 'react'
import type { Problem } from '../api/api.ts'
import { useMay } from '../api/use-may.ts'
import { files } from '../files/files-store.ts'
import { guardLeaving } from '../navigation/leaving.ts'
import { navigate, redirect } from '../navigation/route.ts'
import { ExternalBar } from '../outputs/ExternalBar.tsx'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { lazyPart } from '../ui/lazy-part.tsx'
import { notify } from '../ui/notices.ts'
import { ProblemBox } from '../ui/Problem.tsx'
import { ConflictBanner } from './ConflictBanner.tsx'
import { FileBanner } from './FileBanner.tsx'
import { useTarget } from './follow-link.ts'
import { GoneNotebook } from './GoneNotebook.tsx'
import { LeftBanner } from './LeftBanner.tsx'
import { MissingNotebook } from './MissingNotebook.tsx'
import { NotebookView } from './NotebookView.tsx'
import type { Notebook } from './notebook.ts'
import { type OpenedPage, useOpened } from './use-opened.ts'

const Resolver = lazyPart(async () => (await import('../conflicts/Resolver.tsx')).Resolver)

interface Props {
  readonly path: string
  readonly onTitle: (title: string) => void
}

export function NotebookPage({ path, onTitle }: Props) {
  const page = useOpened(path)
  useEffect(() => {
    onTitle(path.split('/').at(-1) ?? path)
  }, [path, onTitle])
  const { state } = page
  if (state.at === 'failed' && state.problem.status === 404)
    return <MissingNotebook path={path} onRetry={page.reopen} />
  if (state.at === 'failed' && state.problem.code === 'conflicted')
    return <Conflicted path={path} onDone={page.reopen} />
  if (state.at === 'failed') return <Failed problem={state.problem} onRetry={page.reopen} />
  if (state.at === 'opening') return <p className="notebook-wait">{t('room.connecting')}</p>
  return (
    <Living key={state.notebook.opened.documentId} notebook={state.notebook} page={page}>
      {state.others.length > 0 && <LeftBanner notebook={state.notebook} left={state.others} />}
    </Living>
  )
}

/** A file that has git's conflict markers is no notebook until they are resolved. */
function Conflicted({ path, onDone }: { readonly path: string; readonly onDone: () => void }) {
  const mayChoose = useMay('editor')
  return <Resolver {...{ path, mayChoose, onDone }} onLeave={() => navigate({ at: 'home' })} />
}

function Failed({ problem, onRetry }: { readonly problem: Problem; readonly onRetry: () => void }) {
  return (
    <div className="boundary">
      <ProblemBox problem={problem} onRetry={onRetry} />
    </div>
  )
}

/** Runs make files: the tree is read again when none has ended for so long. */
const FILES_AFTER_MS = 700

function Living(props: {
  readonly notebook: Notebook
  readonly page: OpenedPage
  readonly children: React.ReactNode
}) {
  const { notebook, page } = props
  const ended = useWatched(notebook.room.facts, (facts) => facts.ended)
  const { reopenWithText } = page
  useEffect(() => {
    if (ended?.kind === 'epoch' || ended?.kind === 'refused') reopenWithText()
    if (ended?.kind === 'forbidden') void askAgain(notebook, reopenWithText)
  }, [ended, reopenWithText, notebook])
  useEffect(() => notebook.room.dialFailed.listen(() => void leaveIfSignedOut(notebook)), [notebook])
  useFilesAfterRuns(notebook)
  useRenames(notebook)
  useTarget(notebook)
  const asked = useLeaving(notebook)
  const [isResolving, setResolving] = useState(false)
  if (ended?.kind === 'gone') return <GoneNotebook notebook={notebook} onReopen={page.reopen} />
  if (ended?.kind === 'forbidden') return <p className="problem">{t('notebook.forbidden')}</p>
  const leave = (): void => setResolving(false)
  const resolver = {
    path: notebook.path.get(),
    mayChoose: notebook.opened.writable,
    onDone: leave,
    onLeave: leave,
  }
  if (isResolving) return <Resolver {...resolver} />
  const resolve = (): void => setResolving(true)
  return (
    <>
      {props.children}
      <FileBanner notebook={notebook} onReopen={page.reopen} onResolve={resolve} />
      <ConflictBanner notebook={notebook} onResolve={resolve} />
      <ExternalBar external={notebook.external} />
      <NotebookView notebook={notebook} />
      {asked}
    </>
  )
}

/** Rights changed: with another role the notebook opens again, and without access the page asks to sign in. */
async function askAgain(notebook: Notebook, reopen: () => void): Promise<void> {
  const access = await notebook.accessNow()
  if (access === 'known') reopen()
  else if (access === 'ended') location.reload()
}

/** A browser does not say why a connection was refused. Edits that were not sent are kept in it. */
async function leaveIfSignedOut(notebook: Notebook): Promise<void> {
  if ((await notebook.accessNow()) === 'ended') location.reload()
}

function useFilesAfterRuns(notebook: Notebook): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = notebook.session.recorded.listen(() => {
      clearTimeout(timer)
      timer = setTimeout(() => void files.refresh(), FILES_AFTER_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [notebook])
}

/** The address follows the file after any client renamed it. */
function useRenames(notebook: Notebook): void {
  useEffect(() => {
    let shown = notebook.path.get()
    return notebook.path.subscribe(() => {
      const path = notebook.path.get()
      if (path === shown) return
      notify('info', t('files.renamed', { from: shown.split('/').at(-1) ?? shown, to: path }))
      shown = path
      redirect({ at: 'file', path })
      void files.refresh()
    })
  }, [notebook])
}

/** Asks before the notebook is left while edits are nowhere but in this browser. */
function useLeaving(notebook: Notebook): React.ReactNode {
  const [leave, setLeave] = useState<(() => void) | null>(null)
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (notebook.room.hasUnsaved) event.preventDefault()
    }
    addEventListener('beforeunload', warn)
    const unguard = guardLeaving((go) => {
      const isAway = notebook.room.hasUnsaved && !notebook.room.facts.get().open
      if (isAway) setLeave(() => go)
      return !isAway
    })
    return () => {
      removeEventListener('beforeunload', warn)
      unguard()
    }
  }, [notebook])
  if (leave === null) return null
  return (
    <Dialog
      title={t('unsent.leaveTitle')}
      action={t('unsent.leave')}
      onClose={() => setLeave(null)}
      onAction={() => {
        setLeave(null)
        leave()
      }}
    >
      <p>{t('unsent.leaveHint')}</p>
    </Dialog>
  )
}
