/** All that is recorded of one run, in the words of a person. */
import type { Edge, Receipt as ReceiptData } from '@yesterday/server/contract/run.ts'
import { type ReactNode, useEffect, useState } from 'react'
import { type Answer, api } from '../app/api.ts'
import { ProblemBox } from '../app/Problem.tsx'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { byKind, describeEdge, originOf, shortId } from './names.ts'
import { OutcomeMark } from './OutcomeMark.tsx'
import { durationText, exactTime, sizeText } from './time.ts'

/** The receipt of a run; `onRun` follows a link to another run. */
export function Receipt({ run, onRun }: { readonly run: string; readonly onRun: (run: string) => void }) {
  const [answer, setAnswer] = useState<Answer<ReceiptData> | null>(null)
  const [tries, setTries] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks again
  useEffect(() => {
    const gone = new AbortController()
    setAnswer(null)
    void api.receipt(run, gone.signal).then((next) => gone.signal.aborted || setAnswer(next))
    return () => gone.abort()
  }, [run, tries])
  if (answer === null) return <p className="history-note">{t('app.loading')}</p>
  if (!answer.ok) {
    return (
      <div className="history-note">
        <ProblemBox
          title={t('receipt.failed')}
          problem={answer.problem}
          onRetry={() => setTries(tries + 1)}
        />
      </div>
    )
  }
  return <Paper receipt={answer.value} onRun={onRun} />
}

function Paper({ receipt, onRun }: { readonly receipt: ReceiptData; readonly onRun: (run: string) => void }) {
  return (
    <article className="receipt" aria-label={t('receipt.of', { run: shortId(receipt.run) })}>
      <OutcomeMark outcome={receipt.outcome} />
      <p>
        {t('receipt.sentence', {
          actor: receipt.actor.name,
          when: exactTime(receipt.started ?? receipt.queued, locale),
          duration: durationText(receipt.durationMs),
        })}{' '}
        {t('receipt.order', { count: receipt.order })}
      </p>
      <Failure receipt={receipt} />
      <Part title={t('receipt.code')}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <pre tabIndex={0}>{receipt.source}</pre>
      </Part>
      <Part title={t('receipt.used')}>
        <Edges edges={receipt.used} none={t('receipt.usedNone')} onRun={onRun} />
      </Part>
      <Part title={t('receipt.generated')}>
        <Edges edges={receipt.generated} none={t('receipt.generatedNone')} onRun={null} />
      </Part>
      <Shown receipt={receipt} />
      <Cost cost={receipt.cost} />
      <NotCaptured receipt={receipt} />
    </article>
  )
}

function Part(props: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{props.title}</h3>
      {props.children}
    </section>
  )
}

function Failure({ receipt }: { readonly receipt: ReceiptData }) {
  const words = receipt.error === null ? receipt.death : `${receipt.error.ename}: ${receipt.error.evalue}`
  if (words === null) return null
  return (
    <Part title={t(receipt.error === null ? 'receipt.death' : 'receipt.error')}>
      <p>{words}</p>
    </Part>
  )
}

function Edges(props: {
  readonly edges: readonly Edge[]
  readonly none: string
  readonly onRun: ((run: string) => void) | null
}) {
  if (props.edges.length === 0) return <p className="receipt-none">{props.none}</p>
  return byKind(props.edges).map(([kind, edges]) => (
    <div key={kind}>
      <h4>{t(`kind.${kind}`)}</h4>
      <ul>
        {edges.map((edge) => (
          <EdgeLine key={`${edge.version} ${edge.part}`} edge={edge} onRun={props.onRun} />
        ))}
      </ul>
    </div>
  ))
}

function EdgeLine({ edge, onRun }: { readonly edge: Edge; readonly onRun: ((run: string) => void) | null }) {
  const { by } = edge
  return (
    <li className={`edge-${edge.edge}`} title={edge.reason ?? t(`edge.${edge.edge}Hint`)}>
      <code>{edge.name}</code>{' '}
      <small>
        {describeEdge(edge)} · {t(`edge.${edge.edge}`)} ·{' '}
        {edge.deleted
          ? t('receipt.deleted')
          : edge.digest === null
            ? t('receipt.noDigest')
            : shortId(edge.digest)}{' '}
        {onRun !== null && by !== null && (
          <button type="button" className="receipt-link" onClick={() => onRun(by)}>
            {originOf(edge)}
          </button>
        )}
      </small>
    </li>
  )
}

function Shown({ receipt }: { readonly receipt: ReceiptData }) {
  return (
    <Part title={t('receipt.outputs')}>
      {receipt.outputs.length === 0 && <p className="receipt-none">{t('receipt.outputsNone')}</p>}
      <ul>
        {receipt.outputs.map((output, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same bytes may be shown twice
          <li key={index}>
            {output.name ?? output.mime}{' '}
            <small>
              {sizeText(output.size, locale)} · {shortId(output.digest)}
            </small>
          </li>
        ))}
      </ul>
    </Part>
  )
}

function Cost({ cost }: { readonly cost: ReceiptData['cost'] }) {
  if (cost === null) return <Part title={t('receipt.cost')}>{t('receipt.costNone')}</Part>
  const memory = cost.peakMemoryBytes
  return (
    <Part title={t('receipt.cost')}>
      <ul>
        <li>
          {t('receipt.wall')}: {durationText(cost.wallMs)}
        </li>
        <li>
          {t('receipt.cpu')}: {durationText(cost.cpuMs)}
        </li>
        {memory !== null && (
          <li>
            {t('receipt.memory')}: {sizeText(memory, locale)}
          </li>
        )}
        <li>
          {t('receipt.agent')}: {durationText(cost.agentMs)}
        </li>
      </ul>
    </Part>
  )
}

function NotCaptured({ receipt }: { readonly receipt: ReceiptData }) {
  if (receipt.notCaptured.length === 0) return null
  return (
    <Part title={t('receipt.notCaptured')}>
      <ul>
        {receipt.notCaptured.map((missing) => (
          <li key={`${missing.what} ${missing.why}`}>
            {missing.what} <small>{missing.why}</small>
          </li>
        ))}
      </ul>
    </Part>
  )
}
