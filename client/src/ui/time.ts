/**
 * pure. Moments, durations and sizes in words. `now` and the language are parameters; the page's own are given by
 * `Time.tsx`.
 */
import { durationText as durationIn } from '@yesterday/server/contract/amounts.ts'
import { byLocale } from '@yesterday/server/contract/by-locale.ts'
import type { Outcome } from '@yesterday/server/contract/run.ts'
import { say, t } from '../text/text.ts'

export { sizeText } from '@yesterday/server/contract/amounts.ts'

const relative = byLocale((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
const moments = byLocale(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }),
)
const clocks = byLocale((locale) => new Intl.DateTimeFormat(locale, { timeStyle: 'short' }))
const dates = byLocale(
  (locale) =>
    new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: 'numeric', minute: 'numeric' }),
)

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** "5 minutes ago", "yesterday". Less than a minute away, and clocks that differ by less, are "just now". */
export function relativeTime(iso: string, now: number, locale: string): string {
  const distance = Date.parse(iso) - now
  for (const [unit, length] of STEPS) {
    const count = Math.trunc(distance / length)
    if (count !== 0) return relative(locale).format(count, unit)
  }
  return t('time.now')
}

/** The exact moment in the reader's time zone, with seconds. */
export function exactTime(iso: string, locale: string): string {
  return moments(locale).format(new Date(iso))
}

/** "14:03", or "1 Dec, 14:03" if that was more than half a day ago. */
export function timeOfDay(iso: string, now: number, locale: string): string {
  const isNear = Math.abs(now - Date.parse(iso)) < 43_200_000
  return (isNear ? clocks : dates)(locale).format(new Date(iso))
}

/** "12 ms", "3.4 s", "2 min 5 s", "1 h 12 min". */
export const durationText = (ms: number): string => durationIn(ms, say)

/** How long a run took; '' for one that was stopped before it began. */
export const durationOfRun = (run: { readonly outcome: Outcome; readonly durationMs: number }): string =>
  run.outcome === 'aborted' ? '' : durationText(run.durationMs)
