/** The first sentence of a receipt: which run made it, and from what. */
import type { AroundNode, InputNow } from '@yesterday/server/contract/around.ts'
import type { Edge, Receipt } from '@yesterday/server/contract/run.ts'
import { leadPieces, type NamedInput, type Piece } from '@yesterday/server/contract/why-words.ts'
import { say, t } from '../../../text/text.ts'
import { nowOf, sorted } from './inputs.ts'

interface Props {
  readonly receipt: Receipt
  readonly nodes: ReadonlyMap<string, AroundNode>
  readonly inputs: readonly InputNow[]
  readonly onRun: (run: string) => void
}

export function Lead({ receipt, nodes, inputs, onRun }: Props) {
  const main = sorted(receipt.used).main.filter(({ kind }) => kind !== 'subprocess')
  const once = [...new Map(main.map((edge) => [`${edge.kind} ${edge.name}`, edge])).values()]
  const named = once.map((edge) => namedInput(edge, nodes, inputs))
  return (
    <p className="receipt-lead">
      {leadPieces(receipt, null, named, say).map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one sentence
        <Shown key={index} piece={piece} onRun={onRun} />
      ))}
    </p>
  )
}

function namedInput(edge: Edge, nodes: Props['nodes'], inputs: readonly InputNow[]): NamedInput {
  const { name, by } = edge
  const now = nowOf(edge, inputs)?.now
  const order = by === null ? undefined : nodes.get(by)?.order
  const notes: readonly (Piece | null)[] = [
    by === null
      ? null
      : { kind: 'run', text: order === undefined ? t('why.someRun') : t('why.run', { order }), run: by },
    now === 'changed' || now === 'gone' ? { kind: 'changed', text: t(`now.${now}`) } : null,
  ]
  return { name, notes: notes.filter((note) => note !== null) }
}

function Shown({ piece, onRun }: { readonly piece: Piece; readonly onRun: Props['onRun'] }) {
  switch (piece.kind) {
    case 'name':
      return <code>{piece.text}</code>
    case 'run':
      return (
        <button type="button" className="receipt-link" onClick={() => onRun(piece.run)}>
          {piece.text}
        </button>
      )
    case 'changed':
      return <strong className="receipt-changed">{piece.text}</strong>
    case 'aside':
      return <span className="receipt-aside">{piece.text}</span>
    case 'words':
      return piece.text
  }
}
