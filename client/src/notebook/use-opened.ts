/**
 * The notebook that the address names, opened. Invariant: the notebook on the screen is kept when only its file was moved;
 * what it had not saved is in this browser before another one is opened in its place.
 */

import { useCallback, useEffect, useRef, useState } from 'react'
import { api, type Problem } from '../api/api.ts'
import { markdownSettled } from '../markdown/load-markdown.ts'
import { redirect } from '../navigation/route.ts'
import type { LeftEdits } from '../room/unsent-store.ts'
import { BASE } from '../state/base.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { idInAddress } from './follow-link.ts'
import { Notebook } from './notebook.ts'

/** A server that is away is asked again so often, ms. */
const AGAIN_MS = 3_000

export type OpenState =
  | { readonly at: 'opening' }
  | { readonly at: 'failed'; readonly problem: Problem }
  | { readonly at: 'open'; readonly notebook: Notebook; readonly others: readonly LeftEdits[] }

export interface OpenedPage {
  readonly state: OpenState
  /** Opens what is at the path now, in place of the notebook on the screen. */
  readonly reopen: () => void
  /** As `reopen`, where the document does not take the unsent edits as they are. */
  readonly reopenWithText: () => void
}

export function useOpened(path: string): OpenedPage {
  const [state, setState] = useState<OpenState>({ at: 'opening' })
  const [life, setLife] = useState(0)
  const current = useRef<{ readonly notebook: Notebook; readonly life: number } | null>(null)
  const closing = useRef<Promise<void>>(Promise.resolve())

  const close = useCallback((how: (notebook: Notebook) => Promise<void>) => {
    if (current.current !== null) closing.current = how(current.current.notebook)
    current.current = null
  }, [])
  useEffect(() => () => close((notebook) => notebook.close()), [close])

  useEffect(() => {
    const shown = current.current
    if (shown !== null && shown.life === life && shown.notebook.path.get() === path) return
    const gone = new AbortController()
    close((notebook) => notebook.close())
    setState({ at: 'opening' })
    void closing.current
      .then(() => openNotebook(path, gone.signal))
      .then((next) => {
        if (next === null) return
        if (next.at === 'open') current.current = { notebook: next.notebook, life }
        setState(next)
      })
    return () => gone.abort()
  }, [path, life, close])

  const again = useCallback(
    (how: (notebook: Notebook) => Promise<void>) => {
      close(how)
      setLife((count) => count + 1)
    },
    [close],
  )
  return {
    state,
    reopen: useCallback(() => again((notebook) => notebook.close()), [again]),
    reopenWithText: useCallback(() => again((notebook) => notebook.closeAsText()), [again]),
  }
}

/** Null where it is not wanted any more. Waits for a server that is away. */
async function openNotebook(path: string, gone: AbortSignal): Promise<OpenState | null> {
  const id = idInAddress()
  while (!gone.aborted) {
    const opened = await api.open(path, gone, id)
    if (gone.aborted) return null
    if (id !== null && opened.ok && opened.value.path !== path) {
      redirect({ at: 'file', path: opened.value.path }, location.search + location.hash)
      return null
    }
    if (opened.ok) {
      const notebook = new Notebook(opened.value, `${location.origin.replace(/^http/, 'ws')}${BASE}`)
      const others = await recover(notebook)
      await markdownSettled
      if (!gone.aborted) return { at: 'open', notebook, others }
      await notebook.close()
      return null
    }
    if (opened.problem.status !== 0) return { at: 'failed', problem: opened.problem }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
  return null
}

/** Brings back what this browser kept; answers what it kept of another notebook that was at this path. */
async function recover(notebook: Notebook): Promise<readonly LeftEdits[]> {
  if (!notebook.opened.writable) return []
  const { restoring, others } = await notebook.unsent.recover()
  void restoring.then((count) => {
    if (count > 0) notify('info', t('unsent.restored'))
  })
  return others
}
