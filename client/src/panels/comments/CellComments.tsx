/** The mark of a cell that has open comments: how many, how many are unread. It leads to them. */

import type { CellComments as Count } from '../../session/threads.ts'
import type { KeyedObservable } from '../../state/keyed.ts'
import { useKeyed } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'
import { MessageSquare } from '../../ui/icons.ts'

export function CellComments(props: {
  readonly counts: KeyedObservable<Count>
  readonly cell: string
  readonly onOpen: (cell: string) => void
}) {
  const count = useKeyed(props.counts, props.cell)
  if (count === undefined) return null
  const { threads, unread } = count
  const name = t('comments.ofCell', { count: threads })
  return (
    <button
      type="button"
      className="cell-comments"
      data-unread={unread > 0}
      aria-label={unread > 0 ? `${name}, ${t('comments.unread', { count: unread })}` : name}
      title={name}
      onClick={() => props.onOpen(props.cell)}
    >
      <MessageSquare size={14} aria-hidden="true" />
      {threads}
    </button>
  )
}
