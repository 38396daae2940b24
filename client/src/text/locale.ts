/**
 * Which language the page speaks: the person's stored choice, else the first of the browser's that we have.
 * Invariant: it stays the same for the life of the page; a new choice takes effect by a reload.
 */
import { z } from 'zod'
import { remember, remembered } from '../state/remembered.ts'

const Locale = z.enum(['en', 'zh'])
/** A language the tables are written in. */
export type Locale = z.infer<typeof Locale>

const KEY = 'yesterday.locale'

/** pure. The first of `wished` (BCP 47 tags, best first) that we have; English otherwise. */
export function pickLocale(chosen: string | null, wished: readonly string[]): Locale {
  for (const tag of [chosen, ...wished]) {
    const found = Locale.safeParse(tag?.toLowerCase().split('-')[0])
    if (found.success) return found.data
  }
  return 'en'
}

/** The language of this page. */
export const locale: Locale = pickLocale(remembered(KEY), wished())

function wished(): readonly string[] {
  return typeof navigator === 'undefined' ? [] : navigator.languages
}

/** The language that the browser remembers; null where it follows the browser's own. */
export const rememberedLocale = (): Locale | null => Locale.safeParse(remembered(KEY)).data ?? null

/** Remembers the choice, null for the browser's own language, and shows the page in it. */
export function chooseLocale(next: Locale | null): void {
  remember(KEY, next ?? '')
  if (pickLocale(next, wished()) !== locale) location.reload()
}
