/**
 * The past of the notebook, beside its cells: the log, and from there receipts, comparisons and timelines. Which view
 * is shown is kept outside (access/place.ts), so that cells and outputs lead here too.
 */
import './history.css'
import { executionState, findCell } from '@yesterday/server/contract/document.ts'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import type { PastView } from '../../access/place.ts'
import { api } from '../../api/api.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'
import { Link } from '../../ui/icons.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { ProblemBox } from '../../ui/Problem.tsx'
import { PublicLinkButton } from '../../ui/PublicLink.tsx'
import { PanelHead } from '../PanelHead.tsx'
import { Checkpoints } from './Checkpoints.tsx'
import { CheckpointView } from './CheckpointView.tsx'
import { Log } from './log/Log.tsx'
import { Receipt } from './receipt/Receipt.tsx'
import { viewHash } from './target.ts'
import { useAsked } from './useAsked.ts'

const Activity = lazyPart(async () => (await import('./activity/Activity.tsx')).Activity)
const Compare = lazyPart(async () => (await import('./compare/Compare.tsx')).Compare)
const Changes = lazyPart(async () => (await import('./compare/Changes.tsx')).Changes)
const Replay = lazyPart(async () => (await import('./replay/Replay.tsx')).Replay)
const Restore = lazyPart(async () => (await import('./replay/Restore.tsx')).Restore)
const Since = lazyPart(async () => (await import('./replay/Since.tsx')).Since)
const Timeline = lazyPart(async () => (await import('./timeline/Timeline.tsx')).Timeline)

const titles = {
  log: 'history.title',
  receipt: 'receipt.title',
  why: 'receipt.title',
  compare: 'compare.title',
  changes: 'changes.title',
  checkpoint: 'checkpoint.one',
  timeline: 'timeline.title',
  checkpoints: 'checkpoint.title',
  activity: 'activity.title',
  replay: 'replay.title',
  restore: 'restore.title',
  since: 'since.title',
} as const satisfies Readonly<Record<PastView['at'], string>>

/** The panel beside the notebook. */
export function HistoryPanel() {
  const { past } = useNotebook()
  const { view, visit } = useWatched(past.state, (state) => state)
  return (
    <div className="history" data-view={view.at}>
      <PanelHead title={t(titles[view.at])} view={view}>
        <CopyView view={view} />
        <PublicView view={view} />
        {view.at !== 'log' && (
          <button type="button" className="button button-small" onClick={past.back}>
            {t('history.back')}
          </button>
        )}
      </PanelHead>
      <div className="history-body">
        <View key={`${visit} ${JSON.stringify(view)}`} view={view} />
      </div>
    </div>
  )
}

/** Copies the address of what the panel shows, where that has one. */
function CopyView({ view }: { readonly view: PastView }) {
  const { commands } = useNotebook()
  const hash = viewHash(view)
  if (hash === null) return null
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={t('link.copy')}
      title={t('link.copy')}
      onClick={() => commands.copyLink(hash)}
    >
      <Link size={16} />
    </button>
  )
}

/** A public page of the run or checkpoint that the panel shows, where it shows one. */
function PublicView({ view }: { readonly view: PastView }) {
  if (view.at === 'receipt') return <PublicLinkButton what={resultOf(view)} />
  if (view.at === 'checkpoint')
    return <PublicLinkButton what={{ kind: 'checkpoint', checkpoint: view.checkpoint }} />
  return null
}

/** The output that the receipt was opened at, where it was. */
function resultOf({ run, part }: Extract<PastView, { at: 'receipt' }>) {
  const one = part !== undefined && 'output' in part ? { output: part.output } : {}
  return { kind: 'result', run, receipt: false, ...one } as const
}

function View({ view }: { readonly view: PastView }) {
  const { past } = useNotebook()
  const toRun = (run: string): void => past.go({ at: 'receipt', run })
  switch (view.at) {
    case 'log':
      return <Log />
    case 'receipt':
      return <Receipt run={view.run} part={view.part ?? null} onRun={toRun} />
    case 'why':
      return <LastRun cell={view.cell} onRun={toRun} />
    case 'compare':
      return <Compare left={view.left} right={view.right} />
    case 'changes':
      return <Changes checkpoint={view.checkpoint} other={view.other} />
    case 'checkpoint':
      return <CheckpointView checkpoint={view.checkpoint} />
    case 'checkpoints':
      return <Checkpoints />
    case 'activity':
      return <Activity />
    case 'replay':
      return <Replay run={view.run} />
    case 'restore':
      return <Restore run={view.run} />
    case 'since':
      return <Since run={view.run} />
    case 'timeline':
      return <Timeline session={view.session} />
  }
}

interface LastRunProps {
  readonly cell: string
  readonly onRun: (run: string) => void
}

/** The receipt of what the cell shows: the run that goes on, once it is over, or the last one that started. */
function LastRun(props: LastRunProps) {
  if (useIsOver(props.cell)) return <LastRecorded {...props} />
  return (
    <div className="history-note">
      <strong>{t('why.running')}</strong>
      <p>{t('why.runningHint')}</p>
    </div>
  )
}

/** False while what the cell showed when it was asked for is still being made, or written down. */
function useIsOver(id: string): boolean {
  const { doc } = useNotebook()
  const cell = useMemo(() => findCell(doc, id)?.cell, [doc, id])
  const [isOver, setOver] = useState(cell === undefined || executionState(cell) !== 'running')
  useEffect(() => {
    if (isOver || cell === undefined) return
    const look = (): void => setOver(executionState(cell) !== 'running')
    look()
    cell.observe(look)
    return () => cell.unobserve(look)
  }, [isOver, cell])
  return isOver
}

function LastRecorded({ cell, onRun }: LastRunProps) {
  const { opened, onRecorded } = useNotebook()
  const ask = useCallback(
    (signal: AbortSignal) => api.log({ notebook: opened.documentId, cell, before: null, limit: 20 }, signal),
    [opened, cell],
  )
  const { answer, again } = useAsked(ask)
  const run = answer?.ok ? answer.value.runs.find(({ started }) => started !== null) : undefined
  const isNone = answer?.ok === true && run === undefined
  useEffect(() => {
    // Asked before it was recorded: it is there in a moment.
    if (isNone) return onRecorded((recorded) => recorded.cell === cell && again())
  }, [isNone, onRecorded, cell, again])
  if (answer === null) return <p className="history-note">{t('app.loading')}</p>
  if (!answer.ok) {
    return (
      <div className="history-note">
        <ProblemBox title={t('receipt.failed')} problem={answer.problem} onRetry={again} />
      </div>
    )
  }
  if (run !== undefined) return <Receipt run={run.run} onRun={onRun} />
  return (
    <div className="history-note">
      <strong>{t('why.none')}</strong>
      <p>{t('why.noneHint')}</p>
    </div>
  )
}
