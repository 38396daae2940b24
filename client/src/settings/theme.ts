/**
 * Light or dark, and how much contrast: the person's choice, else the system's wish. Invariant: `data-theme` on <html> is
 * `light` or `dark` from the first call of `startTheme` on, so that tokens need one rule per theme. `data-contrast` is set
 * before it, so that who observes `data-theme` sees both.
 */
import { SETTINGS, type Settings } from '@yesterday/server/contract/settings.ts'
import { changeSetting, settings, useSetting } from './settings-store.ts'

/** What a person may choose. */
export type ThemeChoice = Settings['theme']
/** All choices, in the order they are offered. */
export const themeChoices: readonly ThemeChoice[] = SETTINGS.theme.options

const systemDark = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)')
const systemContrast = (): MediaQueryList => matchMedia('(prefers-contrast: more)')

/** Follows the setting and the system from now on. Call once, before the first paint. */
export function startTheme(): void {
  settings.subscribe(apply)
  systemDark().addEventListener('change', apply)
  systemContrast().addEventListener('change', apply)
  // Paper is white, and browsers leave grounds out.
  addEventListener('beforeprint', () => show('light', false))
  addEventListener('afterprint', apply)
  apply()
}

/** Sets the person's choice. */
export const chooseTheme = (next: ThemeChoice): void => void changeSetting('person', 'theme', next)

/** The choice, kept up to date. */
export const useThemeChoice = (): ThemeChoice => useSetting('theme')

function apply(): void {
  const { theme } = settings.get()
  const isDark = theme === 'system' ? systemDark().matches : theme === 'dark' || theme === 'contrastDark'
  const hasContrast = theme === 'system' ? systemContrast().matches : theme.startsWith('contrast')
  show(isDark ? 'dark' : 'light', hasContrast)
}

function show(theme: 'light' | 'dark', hasContrast: boolean): void {
  const { dataset } = document.documentElement
  const contrast = hasContrast ? 'more' : 'usual'
  if (dataset.theme === theme && dataset.contrast === contrast) return
  dataset.contrast = contrast
  dataset.theme = theme
}
