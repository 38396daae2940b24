/**
 * The page of a notebook: opens it, lives through a change of epoch with unsent edits kept, and draws toolbar and
 * cells. Invariant: what was typed and not saved is brought into the new document before anybody sees it.
 */
import './notebook.css'
import './layout.css'
import { ApiError, OpenedNotebook } from '@yesterday/server/contract/http.ts'
import { useCallback, useEffect, useState } from 'react'
import { files } from '../app/files/files-store.ts'
import { markdownSettled } from '../markdown/load-markdown.ts'
import { reapply, type UnsentEdit } from '../room/unsent.ts'
import { t } from '../text/text.ts'
import { NotebookView } from './NotebookView.tsx'
import { Notebook } from './notebook.ts'
import { useWatched } from './use-cell.ts'

interface Props {
  readonly path: string
  readonly onTitle: (title: string) => void
}

export function NotebookPage({ path, onTitle }: Props) {
  const [notebook, setNotebook] = useState<Notebook | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [life, setLife] = useState<{ readonly count: number; readonly unsent: readonly UnsentEdit[] }>(
    firstLife,
  )
  const again = useCallback(
    (unsent: readonly UnsentEdit[]) => setLife(({ count }) => ({ count: count + 1, unsent })),
    [],
  )
  useEffect(() => {
    const gone = new AbortController()
    let made: Notebook | null = null
    openNotebook(path, gone.signal).then(
      (opened) => {
        if (gone.signal.aborted) return
        made = new Notebook(opened, location.origin.replace(/^http/, 'ws'))
        bringBack(made, life.unsent)
        const ready = made
        void markdownSettled.then(() => gone.signal.aborted || setNotebook(ready))
      },
      (error: unknown) =>
        gone.signal.aborted || setProblem(String(error instanceof Error ? error.message : error)),
    )
    return () => {
      gone.abort()
      made?.close()
      setNotebook(null)
    }
  }, [path, life])
  useEffect(() => {
    onTitle(path.split('/').at(-1) ?? path)
  }, [path, onTitle])
  if (problem !== null) return <p className="problem">{problem}</p>
  if (notebook === null) return <p className="notebook-wait">{t('room.connecting')}</p>
  return <Living key={life.count} notebook={notebook} onAgain={again} />
}

/** Runs make files: the tree is read again when none has ended for so long. */
const FILES_AFTER_MS = 700

const firstLife = { count: 0, unsent: [] }

function Living(props: {
  readonly notebook: Notebook
  readonly onAgain: (unsent: readonly UnsentEdit[]) => void
}) {
  const { notebook, onAgain } = props
  const ended = useWatched(notebook.room.facts, (facts) => facts.ended)
  useEffect(() => {
    if (ended?.kind === 'epoch' || ended?.kind === 'refused') onAgain(notebook.durable.unsent())
  }, [ended, notebook, onAgain])
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (notebook.room.hasUnsaved) event.preventDefault()
    }
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [notebook])
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
  if (ended?.kind === 'gone') return <p className="problem">{t('notebook.gone')}</p>
  if (ended?.kind === 'forbidden') return <p className="problem">{t('notebook.forbidden')}</p>
  return <NotebookView notebook={notebook} />
}

async function openNotebook(path: string, signal: AbortSignal): Promise<OpenedNotebook> {
  const answer = await fetch('/api/notebooks/open', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ path }),
    signal,
  })
  const body: unknown = await answer.json()
  if (answer.ok) return OpenedNotebook.parse(body)
  throw new Error(ApiError.safeParse(body).data?.error.message ?? answer.statusText)
}

// Edits come back once the new document is there, and never before: a text applied to nothing would stand twice.
function bringBack(notebook: Notebook, unsent: readonly UnsentEdit[]): void {
  if (unsent.length === 0) return
  const stop = notebook.room.facts.subscribe(() => {
    if (!notebook.room.facts.get().synced) return
    stop()
    reapply(notebook.doc, unsent, notebook.origin)
  })
}
