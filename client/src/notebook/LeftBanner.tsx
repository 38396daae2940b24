/** Edits that this browser kept of another notebook that was at this path: the person chooses what to do with them. */
import { useState } from 'react'
import { putBack } from '../room/keep-unsent.ts'
import { type LeftEdits, unsentStore } from '../room/unsent-store.ts'
import { t } from '../text/text.ts'
import { Time } from '../ui/Time.tsx'
import type { Notebook } from './notebook.ts'

export function LeftBanner(props: { readonly notebook: Notebook; readonly left: readonly LeftEdits[] }) {
  const { notebook, left } = props
  const [isOver, setOver] = useState(false)
  if (isOver) return null
  const forget = (): void => {
    setOver(true)
    for (const { life } of left) void unsentStore.forget(life)
  }
  const insert = (): void => {
    for (const edits of left) putBack(notebook.doc, edits, '')
    forget()
  }
  const at = new Date(left.at(-1)?.at ?? 0).toISOString()
  return (
    <div className="notebook-banner" role="status">
      <span>
        {t('unsent.other')} <Time iso={at} />
      </span>
      {notebook.opened.writable && (
        <button type="button" className="button" onClick={insert}>
          {t('unsent.insert')}
        </button>
      )}
      <button type="button" className="button" onClick={forget}>
        {t('unsent.discard')}
      </button>
    </div>
  )
}
