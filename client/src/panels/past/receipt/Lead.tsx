/** The first sentence of a receipt: which run made it, and from what. */
import type { AroundNode, InputNow } from '@yesterday/server/contract/around.ts'
import type { Edge, Receipt } from '@yesterday/server/contract/run.ts'
import { Fragment, type ReactNode } from 'react'
import { locale } from '../../../text/locale.ts'
import { t } from '../../../text/text.ts'
import { fullName, nowOf, sorted } from './inputs.ts'

const FEW = 5

export function Lead(props: {
  readonly receipt: Receipt
  readonly nodes: ReadonlyMap<string, AroundNode>
  readonly inputs: readonly InputNow[]
  readonly onRun: (run: string) => void
}) {
  const { receipt } = props
  const main = sorted(receipt.used).main.filter(({ kind }) => kind !== 'subprocess')
  const once = [...new Map(main.map((edge) => [`${edge.kind} ${edge.name}`, edge])).values()]
  const made =
    receipt.cell === null
      ? t('why.madeElsewhere', { order: receipt.order })
      : t('why.made', { order: receipt.order, cell: receipt.cell })
  if (once.length === 0) return <p className="receipt-lead">{t('why.fromNothing', { made })}</p>
  const shown = once.slice(0, FEW)
  const items = shown.map((edge) => <Input key={fullName(edge)} edge={edge} {...props} />)
  const left = once.length - shown.length
  return (
    <p className="receipt-lead">
      {t('why.from', { made })} {listed(left > 0 ? [...items, t('why.more', { count: left })] : items)}
      {t('why.end')}
    </p>
  )
}

/** Things joined as the language joins them. */
function listed(items: readonly ReactNode[]): ReactNode {
  const parts = new Intl.ListFormat(locale).formatToParts(items.map((_, index) => String(index)))
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence
    <Fragment key={index}>{part.type === 'element' ? items[Number(part.value)] : part.value}</Fragment>
  ))
}

function Input(props: {
  readonly edge: Edge
  readonly nodes: ReadonlyMap<string, AroundNode>
  readonly inputs: readonly InputNow[]
  readonly onRun: (run: string) => void
}) {
  const { edge, nodes } = props
  const now = nowOf(edge, props.inputs)?.now
  const changed = now === 'changed' || now === 'gone'
  const { by } = edge
  const order = by === null ? null : (nodes.get(by)?.order ?? null)
  return (
    <>
      <code>{edge.name}</code>
      {(by !== null || changed) && ' '}
      {(by !== null || changed) && (
        <span className="receipt-aside">
          (
          {by !== null && (
            <button type="button" className="receipt-link" onClick={() => props.onRun(by)}>
              {order === null ? t('why.someRun') : t('why.run', { order })}
            </button>
          )}
          {by !== null && changed && ', '}
          {changed && <strong className="receipt-changed">{t(`now.${now}`)}</strong>})
        </span>
      )}
    </>
  )
}
