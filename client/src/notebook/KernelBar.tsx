/**
 * What is wrong with the kernel and what to do about it, in a bar that stays in sight below the toolbar. Nothing while all
 * is well.
 */
import { useCallback, useSyncExternalStore } from 'react'
import { useWatched } from '../state/use-watched.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { timeOfDay } from '../ui/time.ts'
import { mayRun } from './command.ts'
import { JobLeft, Waiting } from './JobBar.tsx'
import type { LastRun } from './last-runs.ts'
import type { Notebook } from './notebook.ts'

export function KernelBar({ notebook }: { readonly notebook: Notebook }) {
  const { kernel, interruptIgnored, silent, unreachable } = useWatched(notebook.shownSession, (view) => view)
  const died = useDiedCell(notebook)
  const isGone = kernel.state === 'dead' || (kernel.state === 'none' && (kernel.problem ?? died) !== null)
  if (isGone)
    return <GoneKernel notebook={notebook} died={died} problem={kernel.problem ?? t('kernel.died')} />
  return (
    <>
      <Waiting notebook={notebook} waiting={kernel.waiting} />
      <JobLeft allocation={kernel.allocation} />
      {kernel.state !== 'none' && kernel.problem !== null && (
        <div className="notebook-banner" role="status">
          <span>{kernel.problem}</span>
        </div>
      )}
      {unreachable !== null && (
        <div className="notebook-banner" role="status">
          <span>
            {t('kernel.unreachable', {
              place: unreachable.place,
              since: timeOfDay(unreachable.since, Date.now(), locale),
            })}
          </span>
        </div>
      )}
      {(interruptIgnored || silent) && unreachable === null && (
        <div className="notebook-banner" role="alert">
          <span>{t(silent ? 'kernel.silent' : 'kernel.ignored')}</span>
          {mayRun(notebook) && (
            <button type="button" className="button" onClick={() => notebook.command({ type: 'restart' })}>
              {t('notebook.restart')}
            </button>
          )}
        </div>
      )}
    </>
  )
}

function GoneKernel(props: {
  readonly notebook: Notebook
  readonly died: string | null
  readonly problem: string
}) {
  const { notebook, died, problem } = props
  const place = died === null ? -1 : notebook.order.get().indexOf(died)
  const runAgain = (): void => {
    const cells = notebook.order.get().slice(0, place + 1)
    notebook.command({ type: 'restart', run: cells.filter((id) => notebook.typeOf(id) === 'code') })
  }
  return (
    <div className="notebook-banner kernel-gone" role="alert">
      <span>{problem}</span>
      {mayRun(notebook) && (
        <div className="kernel-choices">
          <button type="button" className="button" onClick={() => notebook.command({ type: 'start' })}>
            {t('kernel.restart')}
          </button>
          {place >= 0 && (
            <button type="button" className="button" onClick={runAgain}>
              {t('kernel.runAgain', { n: place + 1 })}
            </button>
          )}
        </div>
      )}
    </div>
  )
}

/** The cell that ran when the kernel died; null if there was none, or something ran to its end since. */
function useDiedCell(notebook: Notebook): string | null {
  const { order, lastRuns } = notebook
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [order.subscribe(listener), lastRuns.onChange(listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
    [order, lastRuns],
  )
  return useSyncExternalStore(subscribe, () => {
    let last: { readonly cell: string; readonly run: LastRun } | null = null
    for (const cell of order.get()) {
      const run = lastRuns.all.get(cell)
      // Cells that waited were stopped with it.
      if (run === undefined || run.outcome === 'aborted') continue
      if (last === null || last.run.ended < run.ended) last = { cell, run }
    }
    return last?.run.outcome === 'died' ? last.cell : null
  })
}
