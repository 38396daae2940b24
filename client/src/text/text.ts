/**
 * All words that the page shows come from here: `t('files.new')`. A table per area under `en/` and `zh/`; English
 * gives the keys. To add an area, add its file to both `en/index.ts` and `zh/index.ts`.
 */

import { type Arguments, fill, type Phrase, type Values } from '@yesterday/server/contract/phrase.ts'
import { sayIn } from '@yesterday/server/contract/words.ts'
import { en } from './en/index.ts'
import { locale } from './locale.ts'
import { zh } from './zh/index.ts'

/** A key of the text tables. */
export type TextKey = keyof typeof en
/** A key whose phrase has no gaps. */
export type PlainKey = { [Key in TextKey]: Arguments<(typeof en)[Key]> extends [] ? Key : never }[TextKey]

const tables: Readonly<Record<'en' | 'zh', Readonly<Record<TextKey, Phrase>>>> = { en, zh }

/** The words for `key` in the page's language, gaps filled. */
export function t<Key extends TextKey>(key: Key, ...[values]: Arguments<(typeof en)[Key]>): string {
  return fill(tables[locale][key], values ?? noValues, locale)
}

/** As `t`, for the functions of `contract/` that word facts. */
export const say = sayIn[locale]

/** The words for a key that came over the wire; null where this page does not know it. */
export const wordsOf = (key: string, values: Values): string | null =>
  isTextKey(key) ? fill(tables[locale][key], values, locale) : null

const isTextKey = (key: string): key is TextKey => Object.hasOwn(en, key)

const noValues: Values = {}
