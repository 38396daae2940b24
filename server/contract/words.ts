/**
 * Words of recorded facts in the reader's language. The page and the command line say the same of a receipt, a
 * comparison, a replay or a kernel, since both read these tables. To add a phrase, add it to `words-en.ts` and
 * `words-zh.ts`.
 */
import { z } from 'zod'
import { type Arguments, fill, type Phrase, type Values } from './phrase.ts'
import { en } from './words-en.ts'
import { zh } from './words-zh.ts'

export const Locale = z.enum(['en', 'zh'])
/** A language that the tables are written in. */
export type Locale = z.infer<typeof Locale>

/** pure. The first of `wished` (BCP 47 tags, best first) that there is; English otherwise. */
export function pickLocale(chosen: string | null, wished: readonly string[]): Locale {
  for (const tag of [chosen, ...wished]) {
    const found = Locale.safeParse(tag?.toLowerCase().split(/[-_.@]/)[0])
    if (found.success) return found.data
  }
  return 'en'
}

/** A key of the tables. */
export type FactKey = keyof typeof en

/** The phrase of a key in one language, with its gaps filled. */
export interface Say {
  <Key extends FactKey>(key: Key, ...values: Arguments<(typeof en)[Key]>): string
  readonly locale: Locale
}

const tables: Readonly<Record<Locale, Readonly<Record<FactKey, Phrase>>>> = { en, zh }

function sayer(locale: Locale): Say {
  const say = (key: FactKey, values: Values = {}): string => fill(tables[locale][key], values, locale)
  return Object.assign(say, { locale })
}

/** Each language's. */
export const sayIn: Readonly<Record<Locale, Say>> = { en: sayer('en'), zh: sayer('zh') }
