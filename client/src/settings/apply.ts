/** What settings change on the page itself: sizes and fonts as variables of the root element, and the language. */
import { DEFAULTS, type Settings } from '@yesterday/server/contract/settings.ts'
import { chooseLocale, rememberedLocale } from '../text/locale.ts'
import { settings } from './settings-store.ts'

/** Height of a line of code, as part of the size of its letters. */
const LINE = 1.5
const MEASURES = { narrow: '56ch', medium: '72ch', wide: '100ch', full: 'none' } as const

/** Applies the settings now and at each change. Call it once. */
export function applySettings(): void {
  apply()
  settings.subscribe(apply)
}

function apply(): void {
  const { codeFont, codeSize, readingWidth, wrap, language } = settings.get()
  const { style, dataset } = document.documentElement
  setOrClear(style, '--code-size', codeSize === DEFAULTS.codeSize ? null : `${codeSize}px`)
  setOrClear(style, '--code-line', codeSize === DEFAULTS.codeSize ? null : `${Math.round(codeSize * LINE)}px`)
  setOrClear(style, '--font-code', codeFont === '' ? null : `${codeFont}, var(--font-mono)`)
  setOrClear(style, '--measure', readingWidth === DEFAULTS.readingWidth ? null : MEASURES[readingWidth])
  dataset.wrap = String(wrap)
  followLanguage(language)
}

function setOrClear(style: CSSStyleDeclaration, name: string, value: string | null): void {
  if (value === null) style.removeProperty(name)
  else style.setProperty(name, value)
}

/** The page begins in the language that the browser remembers: it is loaded again when the setting says another. */
function followLanguage(language: Settings['language']): void {
  const wanted = language === 'auto' ? null : language
  if (wanted !== rememberedLocale()) chooseLocale(wanted)
}
