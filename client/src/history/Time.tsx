/** A moment, told relative to now and exactly on hover. */
import { useEffect, useState } from 'react'
import { locale } from '../text/locale.ts'
import { exactTime, relativeTime } from './time.ts'

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

function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE)
    return () => clearInterval(timer)
  }, [])
  return now
}
