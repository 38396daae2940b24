/** The search of an open notebook: its keys wherever the focus is, its field, and the way back into the cells. */
import { useEffect } from 'react'
import { selectOne } from '../access/selection.ts'
// Not in a chunk of its own: what is typed behind the key must find the field, or it would be taken for commands.
import { FindBar } from '../find/FindBar.tsx'
import type { Match } from '../find/finder.ts'
import { useWatched } from '../state/use-watched.ts'
import { look, strokeName } from './keys.ts'
import type { Notebook } from './notebook.ts'

export function Finding({ notebook, mac }: { readonly notebook: Notebook; readonly mac: boolean }) {
  const finding = useWatched(notebook.finder.open, (open) => open !== null)
  useFindKey(notebook, mac)
  if (!finding) return null
  return (
    <FindBar
      finder={notebook.finder}
      writable={notebook.opened.writable}
      onShow={(match) => notebook.showMatch(match)}
      onClose={(match) => goToMatch(notebook, match)}
      onReplace={(act) => {
        notebook.undo.stopCapturing()
        act()
        notebook.undo.stopCapturing()
      }}
    />
  )
}

// The browser's own search sees only what is drawn; ours is there wherever on the page the focus is.
function useFindKey(notebook: Notebook, mac: boolean): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { command } = look('', strokeName(event, mac), 'edit')
      if (event.defaultPrevented || (command !== 'find' && command !== 'replace')) return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      notebook.finder.show(command === 'replace')
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [notebook, mac])
}

// Back to where the search led; into the source, behind what was found.
function goToMatch(notebook: Notebook, match: Match | null): void {
  const { active } = notebook.selection.get()
  if (match?.output === null && notebook.typeOf(match.cell) !== 'markdown') {
    notebook.selection.set(selectOne(match.cell, 'edit'))
    void notebook.pool.focus(match.cell, match.end)
  } else if (active !== null) notebook.reveal(active)
}
