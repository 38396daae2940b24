/** The notebook as it was at a moment of a session: its cells with what they showed, and its variables. Read-only. */
import { useEffect, useRef, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { t } from '../../../text/text.ts'
import { OutcomeMark } from '../../../ui/OutcomeMark.tsx'
import { useReceipt } from '../receipt/receipts.ts'
import { StoredOutputs } from '../receipt/StoredOutput.tsx'
import { namesAt, runAt, type Timeline } from './timeline.ts'

/** `at` is the index of the last run that had ended. */
export function Then({ timeline, at }: { readonly timeline: Timeline; readonly at: number }) {
  const cells = timeline.lanes.flatMap((lane) => {
    const index = runAt(lane, at)
    return index === null ? [] : [{ lane, index }]
  })
  return (
    <section className="then" aria-label={t('then.title')}>
      <h3>{t('then.title')}</h3>
      <p className="past-none">{t('then.readOnly')}</p>
      <Names timeline={timeline} at={at} />
      <ol className="then-cells">
        {cells.map(({ lane, index }) => (
          <li key={lane.cell ?? ''} data-last={index === at}>
            <ThenCell timeline={timeline} index={index} place={lane.place} />
          </li>
        ))}
      </ol>
    </section>
  )
}

const FEW = 40

function Names({ timeline, at }: { readonly timeline: Timeline; readonly at: number }) {
  const names = namesAt(timeline, at)
  if (names.length === 0) return null
  return (
    <details className="receipt-rest" open={names.length <= 12}>
      <summary>{t('then.names', { count: names.length })}</summary>
      <ul className="then-names">
        {names.slice(0, FEW).map(([name, index]) => (
          <li key={name}>
            <code>{name}</code> <small>{t('why.run', { order: index + 1 })}</small>
          </li>
        ))}
      </ul>
    </details>
  )
}

function ThenCell(props: {
  readonly timeline: Timeline
  readonly index: number
  readonly place: number | null
}) {
  const { past } = useNotebook()
  const run = props.timeline.runs[props.index]
  const [element, seen] = useSeen()
  const receipt = useReceipt(seen ? (run?.run ?? null) : null)
  if (run === undefined) return null
  return (
    <article ref={element} aria-label={t('history.cellNumber', { number: props.place ?? 0 })}>
      <div className="run-line">
        <button
          type="button"
          className="receipt-link"
          onClick={() => past.go({ at: 'receipt', run: run.run })}
        >
          {props.place === null
            ? t('graph.runElsewhere', { order: props.index + 1 })
            : t('graph.run', { order: props.index + 1, cell: props.place })}
        </button>
        <OutcomeMark outcome={run.outcome} />
      </div>
      <pre>{receipt?.source ?? run.title}</pre>
      {receipt !== null && receipt.outputs.length > 0 && <StoredOutputs outputs={receipt.outputs} />}
    </article>
  )
}

/** Whether an element has been in view. */
function useSeen() {
  const element = useRef<HTMLElement>(null)
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    const watched = element.current
    if (watched === null || seen) return
    const watcher = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setSeen(true),
      { rootMargin: '200px' },
    )
    watcher.observe(watched)
    return () => watcher.disconnect()
  }, [seen])
  return [element, seen] as const
}
