/** Who edited the active cell last, and when; every cell, if the person wants to see it (blame.ts). In a text cell it is on top of the lower edge, so that nothing moves. */

import { useKeyed, useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { Time } from '../ui/Time.tsx'
import { blame } from './blame.ts'
import type { Notebook } from './notebook.ts'

export function LastEdit({ notebook, id }: { readonly notebook: Notebook; readonly id: string }) {
  const edit = useKeyed(notebook.lastEdits.all, id)
  const mark = useKeyed(notebook.marks, id)
  const isForAll = useWatched(blame, (on) => on)
  if (edit === undefined || !(isForAll || mark === 'active' || mark === 'editing')) return null
  return (
    <p className="last-edit">
      {edit.by === null ? t('cell.changedInFile') : t('cell.editedBy', { name: edit.by.name })}{' '}
      <Time iso={edit.at} />
    </p>
  )
}
