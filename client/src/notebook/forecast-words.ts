/** Forecasts in words. */
import type { CellForecast, Forecast } from '@yesterday/server/contract/prediction.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { durationText, sizeText } from '../ui/time.ts'
import { isTooLarge, LONG_MS, type Total } from './forecast-total.ts'

/** Less is over before it is read; less memory is nothing to plan with. */
const SHOWN_MS = 1_000
const SHOWN_BYTES = 256 * 2 ** 20

/** A last duration this near to the forecast says it already. */
const SAME = 1.25

/**
 * "about 40 s", or "next: about 40 s" beside the duration of the last run; null where it is too little to be shown beside
 * the cell, or is what the last run took.
 */
export function shortForecast({ ms, memory }: CellForecast, lastMs: number | null): string | null {
  if (ms === null || (ms.value < SHOWN_MS && !isLarge(memory))) return null
  if (lastMs === null) return about(ms, memory)
  if (!isLarge(memory) && ms.value < lastMs * SAME && lastMs < ms.value * SAME) return null
  return t('forecast.next', { forecast: about(ms, memory) })
}

const isLarge = (memory: Forecast | null): boolean => memory !== null && memory.value >= SHOWN_BYTES

/** No forecast is exact to the second. */
const timeText = (ms: number): string =>
  durationText(ms < 60_000 ? ms : roundTo(ms, ms < 600_000 ? 5_000 : 60_000))

const roundTo = (ms: number, step: number): number => Math.round(ms / step) * step

function about(ms: Forecast, memory: Forecast | null): string {
  const time = timeText(ms.value)
  return memory !== null && isLarge(memory)
    ? t('forecast.aboutAnd', { time, memory: sizeText(memory.value, locale) })
    : t('forecast.about', { time })
}

/** "about 120 ms (90 ms to 150 ms), 1.2 MB stored; learned from 14 runs of this code" */
export function longForecast({ ms, memory, stored }: CellForecast): string | null {
  if (ms === null) return null
  const between = t('forecast.between', { low: timeText(ms.low), high: timeText(ms.high) })
  const kept =
    stored === null || stored.value < 1000
      ? []
      : [t('forecast.stored', { size: sizeText(stored.value, locale) })]
  return `${[`${about(ms, memory)} (${between})`, ...kept].join(', ')}; ${sourceOf(ms)}`
}

export const sourceOf = ({ method, runs }: Forecast): string => t(`forecast.${method}`, { count: runs })

/** For the button that runs several cells. */
export function totalText({ ms, memory, unknown }: Total): string {
  const time = timeText(ms)
  const about =
    memory >= SHOWN_BYTES
      ? t('forecast.allAnd', { time, memory: sizeText(memory, locale) })
      : t('forecast.all', { time })
  return unknown === 0 ? about : `${about}; ${t('forecast.unknown', { count: unknown })}`
}

/** "This will take about 40 min and 30 GB; you have 23 GB" */
export function warningText(total: Total, free: number | null): string {
  const time = timeText(total.ms)
  if (free === null || !isTooLarge(total, free)) return t('forecast.long', { time })
  const sizes = { memory: sizeText(total.memory, locale), free: sizeText(free, locale) }
  return total.ms > LONG_MS ? t('forecast.longAndLarge', { time, ...sizes }) : t('forecast.large', sizes)
}
