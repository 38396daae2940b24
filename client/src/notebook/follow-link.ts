/** Addresses of what is inside a notebook: made, copied, and followed when the page opens or the hash changes. */
import type { OpenedNotebook } from '@yesterday/server/contract/http.ts'
import { useEffect } from 'react'
import { encodePath } from '../api/api.ts'
import { cellHash, outputHash, parseTarget, type Target } from '../panels/past/target.ts'
import { BASE } from '../state/base.ts'
import { t } from '../text/text.ts'
import { copyText } from '../ui/copy-text.ts'
import { notify } from '../ui/notices.ts'
import { showThread } from './comment.ts'
import type { Notebook } from './notebook.ts'

/** Targets that other programs show a preview of: the server reads them in the query, as no browser sends it the hash. */
const SHOWN = /^#(?:run|output|version|compare|checkpoint|changes|comment)=/

/** The whole address; `hash` begins with `#`. */
export const addressOf = (
  { documentId }: Pick<OpenedNotebook, 'documentId'>,
  path: string,
  hash: string,
): string =>
  `${location.origin}${BASE}/notebooks/${encodePath(path)}?id=${encodeURIComponent(documentId)}${SHOWN.test(hash) ? `&${hash.slice(1)}` : ''}${hash}`

export const copyLink = (notebook: Notebook, hash: string): Promise<void> =>
  copyText(addressOf(notebook.opened, notebook.path.get(), hash), t('link.copied'))

/** Copies the address of the active cell. */
export function copyCellLink(notebook: Notebook): void {
  const { active } = notebook.selection.get()
  if (active !== null) void copyLink(notebook, cellHash(active))
}

/** Copies the address of an output, as the last run of its cell recorded it. */
export function copyOutputLink(notebook: Notebook, cell: string, output: number): void {
  void copyLink(notebook, outputHash(notebook.lastRuns.all.get(cell)?.run ?? null, cell, output))
}

/** The notebook that the address names by its id; null if it names none. */
export const idInAddress = (): string | null => new URLSearchParams(location.search).get('id')

/** Goes where the hash leads, now and whenever it changes. */
export function useTarget(notebook: Notebook): void {
  useEffect(() => {
    let stop = (): void => {}
    const go = (): void => {
      stop()
      const target = parseTarget(location.hash)
      if (target !== null) stop = follow(notebook, target)
    }
    go()
    addEventListener('hashchange', go)
    return () => {
      stop()
      removeEventListener('hashchange', go)
    }
  }, [notebook])
}

/** Returns the way to stop waiting for what is not loaded yet. */
function follow(notebook: Notebook, target: Target): () => void {
  if (target.at === 'past') notebook.past.go(target.view)
  if (target.at === 'cell') {
    const { cell, isBare } = target
    return once(notebook.order, (order) => {
      if (order.length === 0) return false
      if (order.includes(cell)) notebook.reveal(cell)
      else if (!isBare) notify('info', t('link.noCell'))
      return true
    })
  }
  if (target.at === 'comment')
    return once(notebook.comments.problem, (problem) => {
      if (problem !== null) return false
      if (!showThread(notebook, target.thread)) notify('info', t('link.noComment'))
      return true
    })
  return () => {}
}

/** Calls `act` with the value, and again at each change until it returns true. */
function once<T>(
  watched: { readonly get: () => T; readonly subscribe: (listener: () => void) => () => void },
  act: (value: T) => boolean,
): () => void {
  if (act(watched.get())) return () => {}
  const stop = watched.subscribe(() => {
    if (act(watched.get())) stop()
  })
  return stop
}
