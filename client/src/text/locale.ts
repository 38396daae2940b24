/**
 * Which language the page speaks: the person's stored choice, else the first of the browser's that we have.
 * Invariant: it stays the same for the life of the page; a new choice takes effect by a reload.
 */
import { Locale, pickLocale } from '@yesterday/server/contract/words.ts'
import { remember, remembered } from '../state/remembered.ts'

const KEY = 'yesterday.locale'

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
