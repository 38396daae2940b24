/** What a run used or made, as lists: the things of the work first, tools and hidden state when asked for. */
import type { AroundNode, InputNow } from '@yesterday/server/contract/around.ts'
import {
  describeEdge,
  edgeName,
  isSetByPerson,
  lacksContent,
  programEnd,
  setBy,
} from '@yesterday/server/contract/receipt-words.ts'
import type { Edge } from '@yesterday/server/contract/run.ts'
import { useState } from 'react'
import { say, t } from '../../../text/text.ts'
import { Link } from '../../../ui/icons.ts'
import { nowOf, sorted } from './inputs.ts'
import { byKind, shortId, shortValue } from './names.ts'
import { showMarked } from './StoredOutput.tsx'
import { Workers } from './Workers.tsx'

interface Props {
  readonly edges: readonly Edge[]
  readonly inputs?: readonly InputNow[]
  readonly nodes?: ReadonlyMap<string, AroundNode>
  readonly none: string
  /** The version that is meant; null if none is. */
  readonly marked?: string | null
  /** Copies the address of a version. */
  readonly onLink?: (version: string) => void
  /** Null where the list has no runs to go to. */
  readonly onRun: ((run: string) => void) | null
}

export function Edges(props: Props) {
  const { main, rest } = sorted(props.edges)
  return (
    <>
      {main.length === 0 && <p className="past-none">{props.none}</p>}
      <Kinds {...props} edges={main} />
      {rest.length > 0 && (
        <details className="receipt-rest" open={rest.some(({ version }) => version === props.marked)}>
          <summary>{t('receipt.rest', { count: rest.length })}</summary>
          <Kinds {...props} edges={rest} />
        </details>
      )}
    </>
  )
}

function Kinds(props: Props) {
  return byKind(props.edges).map(([kind, edges]) => (
    <div key={kind}>
      <h4>{edges.every(isSetByPerson) ? say('receipt.choices') : t(`kind.${kind}`)}</h4>
      <Lines {...props} edges={edges} />
    </div>
  ))
}

const FEW = 8

function Lines(props: Props) {
  const [all, setAll] = useState(false)
  const isFar = props.edges.slice(FEW).some(({ version }) => version === props.marked)
  const shown = all || isFar ? props.edges : props.edges.slice(0, FEW)
  return (
    <ul>
      {shown.map((edge) => (
        <EdgeLine key={`${edge.version} ${edge.edge}`} edge={edge} {...props} />
      ))}
      {shown.length < props.edges.length && (
        <li>
          <button type="button" className="receipt-link" onClick={() => setAll(true)}>
            {t('receipt.showAll', { count: props.edges.length })}
          </button>
        </li>
      )}
    </ul>
  )
}

function EdgeLine(props: Props & { readonly edge: Edge }) {
  const { edge, onRun, marked = null, onLink } = props
  const isMarked = edge.version === marked
  const setter = setBy(edge, say)
  const what = describeEdge(edge, say)
  const value = shortValue(edge)
  return (
    <li
      className={`receipt-edge edge-${edge.edge}`}
      ref={isMarked ? showMarked : undefined}
      data-marked={isMarked}
    >
      <code>{edgeName(edge)}</code>
      {value !== '' && <code className="receipt-value"> = {value}</code>}{' '}
      {what !== '' && <small>{what}</small>}
      {setter !== null && <small>{setter}</small>}
      {edge.deleted && <small> · {t('receipt.deleted')}</small>}
      <Program edge={edge} />
      <Workers edge={edge} />
      {lacksContent(edge) && <small> · {t('receipt.noDigest')}</small>}
      {edge.query !== null && <pre className="receipt-query">{edge.query}</pre>}
      {edge.edge !== 'observed' && (
        <small className="receipt-kind" title={edge.reason ?? t(`edge.${edge.edge}Hint`)}>
          {' '}
          · {t(`edge.${edge.edge}`)}
        </small>
      )}
      {onRun !== null && edge.kind !== 'subprocess' && setter === null && <Origin {...props} onRun={onRun} />}
      {onLink !== undefined && (
        <button
          type="button"
          className="icon-button edge-link"
          aria-label={t('link.version', { name: edgeName(edge) })}
          title={t('link.copy')}
          onClick={() => onLink(edge.version)}
        >
          <Link size={14} />
        </button>
      )}
    </li>
  )
}

/** How a program ended. */
function Program({ edge }: { readonly edge: Edge }) {
  const end = programEnd(edge, say)
  return end === null ? null : <small className={end.hasFailed ? 'receipt-changed' : ''}>{end.words}</small>
}

/** The agent's word for a maker that changed what another had bound. */
const IN_PLACE = 'changed in place there'

function Origin({
  edge,
  inputs = [],
  nodes,
  onRun,
}: Props & { readonly edge: Edge; readonly onRun: (run: string) => void }) {
  const { by } = edge
  const node = by === null ? undefined : nodes?.get(by)
  const now = nowOf(edge, inputs)
  const changer = now?.by ?? null
  return (
    <span className="receipt-origin">
      {by === null ? (
        t('receipt.fromOutside')
      ) : (
        <button type="button" className="receipt-link" onClick={() => onRun(by)}>
          {node === undefined
            ? t('receipt.madeBy', { run: shortId(by) })
            : node.cell === null
              ? t('receipt.madeByRun', { order: node.order })
              : t(edge.reason === IN_PLACE ? 'receipt.changedByCell' : 'receipt.madeByCell', {
                  order: node.order,
                  cell: node.cell,
                })}
        </button>
      )}
      {now !== null && (now.now === 'changed' || now.now === 'gone') && (
        <>
          {' · '}
          <strong className="receipt-changed">{t(`now.${now.now}`)}</strong>
          {changer !== null && (
            <>
              {' '}
              <button type="button" className="receipt-link" onClick={() => onRun(changer)}>
                {t('now.by', { order: now.order ?? 0 })}
              </button>
            </>
          )}
        </>
      )}
      {(now?.now === 'same' || now?.now === 'own') && ` · ${t(`now.${now.now}`)}`}
    </span>
  )
}
