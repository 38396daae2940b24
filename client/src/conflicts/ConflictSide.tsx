/** The cells of one side of a conflict, with their outputs. Lines that the other side does not have are marked. */
import type { ConflictCell } from '@yesterday/server/contract/conflicts.ts'
import { useId } from 'react'
import { t } from '../text/text.ts'
import { markedLines } from './changed-lines.ts'
import { SideOutput } from './SideOutput.tsx'

interface Props {
  readonly side: 'base' | 'ours' | 'theirs'
  readonly title: string
  readonly hint?: string
  readonly cells: readonly ConflictCell[]
  /** The source of the other side. */
  readonly other: string | null
  readonly isTaken: boolean
}

export function ConflictSide({ side, title, hint, cells, other, isTaken }: Props) {
  const id = useId()
  return (
    <section className="conflict-side" data-side={side} data-taken={isTaken} aria-labelledby={id}>
      <h3 id={id} title={hint}>
        {title}
      </h3>
      {cells.length === 0 && <p className="conflict-none">{t('conflicts.removed')}</p>}
      {cells.map((cell, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells of a side never move
        <Cell key={place} cell={cell} other={other} label={title} />
      ))}
    </section>
  )
}

function Cell(props: { readonly cell: ConflictCell; readonly other: string | null; readonly label: string }) {
  const { source, outputs } = props.cell
  return (
    <>
      {source === '' ? (
        <p className="conflict-none">{t('conflicts.emptyCell')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <pre className="conflict-source" tabIndex={0}>
          {markedLines(source, props.other).map(({ text, isChanged }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that never changes
            <span key={place} data-changed={isChanged}>
              {`${text}\n`}
            </span>
          ))}
        </pre>
      )}
      {outputs !== null && outputs.length > 0 && (
        <section className="conflict-outputs" aria-label={`${props.label}: ${t('conflicts.outputs')}`}>
          {outputs.map((output, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: outputs of a side never move
            <SideOutput key={place} json={output} />
          ))}
        </section>
      )}
    </>
  )
}
