/** pure. Durations, sizes and lists in words. */
import { byLocale } from './by-locale.ts'
import type { Locale, Say } from './words.ts'

const whole = byLocale((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }))
const tenths = byLocale((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }))
const lists = byLocale((locale) => new Intl.ListFormat(locale))

/** "12 ms", "3.4 s", "2 min 5 s", "40 min", "1 h 12 min", "2 h". */
export function durationText(ms: number, say: Say): string {
  if (ms < 999.5) return say('duration.ms', { n: ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms) })
  if (ms < 59_950) return say('duration.s', { n: Math.round(ms / 100) / 10 })
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600)
    return seconds % 60 === 0
      ? say('duration.minutes', { n: seconds / 60 })
      : say('duration.min', { min: Math.floor(seconds / 60), s: seconds % 60 })
  const minutes = Math.round(seconds / 60)
  return minutes % 60 === 0
    ? say('duration.hours', { n: minutes / 60 })
    : say('duration.h', { h: Math.floor(minutes / 60), min: minutes % 60 })
}

/** "812 B", "4.2 KB", "1.3 GB"; steps of 1024. */
export function sizeText(bytes: number, locale: string): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** step
  const digits = step === 0 || value >= 100 ? 0 : 1
  return `${(digits === 0 ? whole : tenths)(locale).format(value)} ${units[step]}`
}

/** "a", "a and b", "a, b, and c". */
export const listText = (items: readonly string[], locale: Locale): string => lists(locale).format(items)
