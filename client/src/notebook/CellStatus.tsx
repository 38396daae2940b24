/**
 * The line between a cell's source and its outputs: how long it runs, where it waits, how it last ended. Invariant: it
 * keeps its height whatever it says, so that nothing below it moves.
 */
import { type ReactNode, useEffect, useState } from 'react'
import { useSetting } from '../settings/settings-store.ts'
import { useKeyed } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { OutcomeMark } from '../ui/OutcomeMark.tsx'
import { Time } from '../ui/Time.tsx'
import { durationOfRun, durationText } from '../ui/time.ts'
import { longForecast, shortForecast } from './forecast-words.ts'
import { LastEdit } from './LastEdit.tsx'
import type { Notebook } from './notebook.ts'

interface Props {
  readonly notebook: Notebook
  readonly id: string
}

/** `badge` is what the line begins with. */
export function CellStatus({ notebook, id, badge }: Props & { readonly badge: ReactNode }) {
  const { running = null, queued = null } = useKeyed(notebook.runs, id) ?? {}
  return (
    <div className="cell-status">
      {badge}
      {running !== null ? (
        <Running started={running.started} expectedMs={running.expectedMs} by={running.actor.name} />
      ) : queued !== null ? (
        <Queued notebook={notebook} id={id} />
      ) : (
        <>
          <Last notebook={notebook} id={id} />
          <Expected notebook={notebook} id={id} />
        </>
      )}
      <LastEdit notebook={notebook} id={id} />
    </div>
  )
}

function Queued({ notebook, id }: Props) {
  const place = useKeyed(notebook.places, id)
  return place === undefined ? null : t('cell.queued', { n: place + 1 })
}

const TICK_MS = 100

function Running(props: {
  readonly started: string
  readonly expectedMs: number | null
  readonly by: string
}) {
  const since = Date.parse(props.started)
  const isShown = useSetting('predictions')
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <>
      <span className="cell-running" aria-hidden="true" />
      <span className="cell-elapsed">{elapsedText(Math.max(0, now - since))}</span>
      {isShown && props.expectedMs !== null && props.expectedMs >= 1000 && (
        <span>{t('cell.expected', { time: durationText(props.expectedMs) })}</span>
      )}
      <span>{props.by}</span>
    </>
  )
}

/** Tenths as long as they can be read. */
function elapsedText(ms: number): string {
  return ms < 10_000 ? t('duration.s', { n: (Math.floor(ms / 100) / 10).toFixed(1) }) : durationText(ms)
}

/** What the next run is expected to take, if it is worth planning with. */
function Expected({ notebook, id }: Props) {
  const forecast = useKeyed(notebook.forecasts.cells, id)
  const last = useKeyed(notebook.lastRuns.all, id)
  const words = forecast === undefined ? null : shortForecast(forecast, last?.durationMs ?? null)
  if (forecast === undefined || words === null) return null
  return (
    <span className="cell-forecast" title={longForecast(forecast) ?? undefined}>
      {words}
    </span>
  )
}

function Last({ notebook, id }: Props) {
  const last = useKeyed(notebook.lastRuns.all, id)
  if (last === undefined) return null
  const took = durationOfRun(last)
  return (
    <>
      <OutcomeMark outcome={last.outcome} />
      {took !== '' && <span>{took}</span>}
      <Time iso={last.ended} />
      <span>{last.by}</span>
    </>
  )
}
