/** A moment, shown relative to now, and exactly on hover; with a run's, how long it took. */
import type { Outcome } from '@yesterday/server/contract/run.ts'
import { useEffect, useState } from 'react'
import { locale } from '../text/locale.ts'
import { durationOfRun, exactTime, relativeTime } from './time.ts'

const MINUTE = 60_000

/** "5 minutes ago", kept true as time passes. */
export function Time({ iso }: { readonly iso: string }) {
  const now = useNow()
  return (
    <time dateTime={iso} title={exactTime(iso, locale)}>
      {relativeTime(iso, now, locale)}
    </time>
  )
}

/** When a run ended, and how long it took where it ran at all. */
export function Ran({
  run,
}: {
  readonly run: { readonly outcome: Outcome; readonly ended: string; readonly durationMs: number }
}) {
  const took = durationOfRun(run)
  return (
    <>
      <Time iso={run.ended} />
      {took !== '' && ` · ${took}`}
    </>
  )
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE)
    return () => clearInterval(timer)
  }, [])
  return now
}
