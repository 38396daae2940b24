/**
 * All that is recorded of one run, in plain words: what made it, from what, whether that is still so, and its lineage.
 * Invariant: the answers that most people need come first; lists open on demand.
 */
import type { Around } from '@yesterday/server/contract/around.ts'
import type { Receipt as ReceiptData } from '@yesterday/server/contract/run.ts'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import type { ReceiptPart } from '../../../access/place.ts'
import { api } from '../../../api/api.ts'
import { locale } from '../../../text/locale.ts'
import { t } from '../../../text/text.ts'
import { OutcomeMark } from '../../../ui/OutcomeMark.tsx'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { durationText, exactTime } from '../../../ui/time.ts'
import { useReplayOffered } from '../replay/jobs.ts'
import { viewHash } from '../target.ts'
import { useAsked } from '../useAsked.ts'
import { grown, type Known, nothingKnown } from './around-state.ts'
import { Lead } from './Lead.tsx'
import { LineageGraph } from './LineageGraph.tsx'
import { shortId } from './names.ts'
import { Edges } from './ReceiptEdges.tsx'
import { Cost, Environment, HiddenState, NotCaptured } from './ReceiptFacts.tsx'
import { Roots } from './Roots.tsx'
import { StoredOutputs } from './StoredOutput.tsx'
import { UseOverTime } from './UseOverTime.tsx'

/** The receipt of a run; `onRun` follows a link to another run. */
export function Receipt(props: {
  readonly run: string
  readonly onRun: (run: string) => void
  /** What of it is meant; all of it if null. */
  readonly part?: ReceiptPart | null
}) {
  const { run, onRun, part = null } = props
  const { answer, again } = useAsked(useCallback((signal) => api.receipt(run, signal), [run]))
  const around = useAround(run)
  if (answer === null) return <p className="history-note">{t('app.loading')}</p>
  if (!answer.ok) {
    return (
      <div className="history-note">
        {answer.problem.status === 404 ? (
          <>
            <strong>{t('link.noRun')}</strong>
            <p>{t('link.noRunHint')}</p>
          </>
        ) : (
          <ProblemBox title={t('receipt.failed')} problem={answer.problem} onRetry={again} />
        )}
      </div>
    )
  }
  return <Paper receipt={answer.value} around={around} part={part} onRun={onRun} />
}

interface AroundState {
  readonly first: Around | null
  readonly known: Known
  readonly expand: (run: string) => void
}

const HOPS = 2

/** The surroundings of the run, extended on request. They are optional: a failure is silent. */
function useAround(run: string): AroundState {
  const [first, setFirst] = useState<Around | null>(null)
  const [known, setKnown] = useState(nothingKnown)
  useEffect(() => {
    const gone = new AbortController()
    setFirst(null)
    setKnown(nothingKnown)
    void api.around(run, HOPS, gone.signal).then((answer) => {
      if (gone.signal.aborted || !answer.ok) return
      setFirst(answer.value)
      setKnown(grown(nothingKnown, answer.value))
    })
    return () => gone.abort()
  }, [run])
  const expand = useCallback((from: string) => {
    void api.around(from, 1).then((answer) => answer.ok && setKnown((now) => grown(now, answer.value)))
  }, [])
  return { first, known, expand }
}

function Paper(props: {
  readonly receipt: ReceiptData
  readonly around: AroundState
  readonly part: ReceiptPart | null
  readonly onRun: (run: string) => void
}) {
  const { receipt, around, part, onRun } = props
  const { commands } = useNotebook()
  const inputs = around.first?.inputs ?? []
  return (
    <article className="receipt" aria-label={t('receipt.of', { run: shortId(receipt.run) })}>
      <OutcomeMark outcome={receipt.outcome} />
      <Lead receipt={receipt} nodes={around.known.nodes} inputs={inputs} onRun={onRun} />
      <Roots roots={around.first?.roots ?? []} onRun={onRun} />
      <p className="receipt-who">
        {t('receipt.sentence', {
          actor: receipt.actor.name,
          when: exactTime(receipt.started ?? receipt.queued, locale),
          duration: durationText(receipt.durationMs),
        })}
      </p>
      <Verbs receipt={receipt} />
      <Failure receipt={receipt} />
      <Part title={t('receipt.code')}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <pre tabIndex={0}>{receipt.source}</pre>
      </Part>
      <Part title={t('receipt.used')}>
        <Edges
          edges={receipt.used}
          inputs={inputs}
          nodes={around.known.nodes}
          none={t('receipt.usedNone')}
          onRun={onRun}
        />
      </Part>
      <Part title={t('receipt.generated')}>
        <Edges
          edges={receipt.generated}
          none={t('receipt.generatedNone')}
          marked={part !== null && 'version' in part ? part.version : null}
          onLink={(version) =>
            commands.copyLink(viewHash({ at: 'receipt', run: receipt.run, part: { version } }) ?? '')
          }
          onRun={null}
        />
      </Part>
      <Part title={t('receipt.outputs')}>
        <StoredOutputs
          outputs={receipt.outputs}
          marked={part !== null && 'output' in part ? part.output : null}
        />
      </Part>
      {around.known.nodes.size > 1 && (
        <Part title={t('receipt.graph')}>
          <LineageGraph known={around.known} run={receipt.run} onRun={onRun} onExpand={around.expand} />
        </Part>
      )}
      <Environment environment={receipt.environment} host={receipt.host ?? null} />
      <HiddenState state={receipt.state} />
      <Cost cost={receipt.cost} />
      <UseOverTime use={receipt.use} durationMs={receipt.durationMs} />
      <NotCaptured receipt={receipt} />
    </article>
  )
}

/** What can be done from here. */
function Verbs({ receipt }: { readonly receipt: ReceiptData }) {
  const { past, commands, placeOf, opened } = useNotebook()
  const { cellId, run } = receipt
  const earlier = useEarlier(receipt)
  const again = useReplayOffered()
  return (
    <div className="receipt-verbs">
      {cellId !== null && placeOf(cellId) !== null && (
        <button type="button" className="button button-small" onClick={() => commands.reveal(cellId)}>
          {t('history.goto')}
        </button>
      )}
      {earlier !== null && (
        <button
          type="button"
          className="button button-small"
          onClick={() => past.go({ at: 'compare', left: earlier, right: receipt.run })}
        >
          {t('receipt.compare')}
        </button>
      )}
      {opened.mayComment && (
        <button
          type="button"
          className="button button-small"
          onClick={() =>
            commands.commentOn({ anchor: { on: 'run', run, cell: cellId }, quote: receipt.source })
          }
        >
          {t('comments.onRun')}
        </button>
      )}
      <button
        type="button"
        className="button button-small"
        onClick={() => past.go({ at: 'timeline', session: receipt.session })}
      >
        {t('receipt.timeline')}
      </button>
      {again &&
        opened.mayRun &&
        (['replay', 'restore', 'since'] as const).map((at) => (
          <button
            key={at}
            type="button"
            className="button button-small"
            onClick={() => past.go({ at, run: receipt.run })}
          >
            {t(`${at}.verb`)}
          </button>
        ))}
    </div>
  )
}

/** The run of the same cell before this one. */
function useEarlier({ run, notebook, cellId }: ReceiptData): string | null {
  const [earlier, setEarlier] = useState<string | null>(null)
  useEffect(() => {
    const gone = new AbortController()
    setEarlier(null)
    if (cellId === null) return
    const query = { notebook, cell: cellId, before: null, limit: 100 }
    void api.log(query, gone.signal).then((answer) => {
      if (gone.signal.aborted || !answer.ok) return
      const { runs } = answer.value
      const place = runs.findIndex((one) => one.run === run)
      setEarlier((place < 0 ? undefined : runs[place + 1]?.run) ?? null)
    })
    return () => gone.abort()
  }, [run, notebook, cellId])
  return earlier
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
      <p className="receipt-failure">{words}</p>
    </Part>
  )
}
