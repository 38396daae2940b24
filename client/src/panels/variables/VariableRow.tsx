/** One variable: its name, what it is, and the cell that wrote it last. */
import type { Variable } from '@yesterday/server/contract/variables.ts'
import { memo } from 'react'
import { useNotebook } from '../../access/context.ts'
import { useOrder } from '../../access/use-order.ts'
import { useKeyed } from '../../state/use-watched.ts'
import { locale } from '../../text/locale.ts'
import { shapeText, sizeText } from '../../text/sizes.ts'
import { t } from '../../text/text.ts'
import { Pin } from '../../ui/icons.ts'
import { staleSentence, staleWord } from '../past/stale/stale-words.ts'

export const VariableRow = memo(function VariableRow(props: {
  readonly variable: Variable
  readonly isPinned: boolean
}) {
  const { variable, isPinned } = props
  const { variables } = useNotebook()
  const { name, type, shape, preview, size } = variable
  return (
    <li className="variable" data-group={variable.group}>
      <span className="variable-head">
        <button
          type="button"
          className="variable-name"
          title={t('variables.open', { name })}
          onClick={() => variables.view.set({ at: 'value', name, path: [] })}
        >
          {name}
        </button>
        <span className="variable-type">{type}</span>
        {shape !== undefined && <span className="variable-shape">{shapeText(shape, locale)}</span>}
        <button
          type="button"
          className="icon-button variable-pin"
          aria-pressed={isPinned}
          aria-label={t('variables.pin', { name })}
          onClick={() => variables.pin(name)}
        >
          <Pin size={14} aria-hidden="true" />
        </button>
      </span>
      {preview !== undefined && <code className="variable-preview">{preview}</code>}
      <span className="variable-foot">
        {size !== undefined && <span>{sizeText(size, locale)}</span>}
        <Writer variable={variable} />
      </span>
    </li>
  )
})

function Writer({ variable: { run, cell, running } }: { readonly variable: Variable }) {
  const { past, placeOf, commands } = useNotebook()
  useOrder()
  const place = cell === null ? null : placeOf(cell)
  if (running) return <span>{t('variables.running')}</span>
  return (
    <>
      {cell !== null && place !== null && (
        <button type="button" className="past-link" onClick={() => commands.reveal(cell)}>
          {t('variables.cell', { place })}
        </button>
      )}
      {run !== null && (
        <button type="button" className="past-link" onClick={() => past.go({ at: 'receipt', run })}>
          {t('variables.run', { run: run.slice(0, 6) })}
        </button>
      )}
      {cell !== null && place !== null && <Stale cell={cell} />}
    </>
  )
}

/** The cell that wrote it would write something else now. */
function Stale({ cell }: { readonly cell: string }) {
  const { stale, placeOf } = useNotebook()
  const first = useKeyed(stale, cell)?.reasons[0]
  if (first === undefined || first.kind === 'unknown') return null
  const sentence = staleSentence(first, placeOf)
  return (
    <span className="variable-stale" title={sentence}>
      {t('variables.stale', { why: staleWord(first) })}
      <span className="visually-hidden">{sentence}</span>
    </span>
  )
}
