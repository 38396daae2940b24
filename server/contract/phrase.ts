/**
 * pure. What a phrase is and how its gaps are filled. `{name}` is a parameter; a plural phrase is chosen by
 * `count` with the rules of its language. The types read the gaps out of the English phrase, so that a call that
 * misses one does not compile.
 */
import { byLocale } from './by-locale.ts'

/** A phrase whose wording depends on `count`. Languages without a plural give `other` alone. */
export interface Plural {
  readonly one?: string
  readonly other: string
}

/** One entry of a text table. */
export type Phrase = string | Plural

/** The same keys in another language; a missing one is a type error. */
export type Translation<Table> = { readonly [Key in keyof Table]: Phrase }

type Gaps<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Gaps<Rest>
  : never

type GapsOf<P> = P extends string
  ? Gaps<P>
  : P extends { readonly other: infer Other extends string }
    ? Gaps<Other> | 'count'
    : never

/** The arguments that follow a key: none, or one object with a value for each gap. */
export type Arguments<P> = [GapsOf<P>] extends [never]
  ? []
  : [values: { readonly [Name in GapsOf<P>]: string | number }]

/** Values for the gaps of a phrase, by name. */
export type Values = Readonly<Record<string, string | number>>

const numbers = byLocale((locale) => new Intl.NumberFormat(locale))
const plurals = byLocale((locale) => new Intl.PluralRules(locale))

/** The phrase in words. A gap without a value stays visible as `{name}`: a defect that can be seen. */
export function fill(phrase: Phrase, values: Values, locale: string): string {
  const template = typeof phrase === 'string' ? phrase : choose(phrase, values.count, locale)
  return template.replace(/\{(\w+)\}/g, (gap, name: string) => {
    const value = values[name]
    if (value === undefined) return gap
    return typeof value === 'number' ? numbers(locale).format(value) : value
  })
}

function choose(phrase: Plural, count: string | number | undefined, locale: string): string {
  const rule = plurals(locale).select(Number(count ?? 0))
  return rule === 'one' && phrase.one !== undefined ? phrase.one : phrase.other
}
