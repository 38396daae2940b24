/**
 * Light or dark: the person's choice, else the system's wish. Invariant: `data-theme` on <html> is `light` or `dark`
 * from the first call of `startTheme` on, so that tokens need one rule per theme and anyone may observe it.
 */
import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import { remember, remembered } from '../state/remembered.ts'

const Choice = z.enum(['system', 'light', 'dark'])
/** What a person may choose. */
export type ThemeChoice = z.infer<typeof Choice>
/** All choices, in the order they are offered. */
export const themeChoices: readonly ThemeChoice[] = Choice.options

const KEY = 'yesterday.theme'
const systemDark = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()
let choice: ThemeChoice = 'system'

/** Reads the stored choice and follows the system from now on. Call once, before the first paint. */
export function startTheme(): void {
  choice = Choice.catch('system').parse(remembered(KEY))
  systemDark().addEventListener('change', apply)
  // Paper is white, and browsers leave grounds out.
  addEventListener('beforeprint', () => show('light'))
  addEventListener('afterprint', apply)
  apply()
}

/** Takes and remembers a choice. */
export function chooseTheme(next: ThemeChoice): void {
  choice = next
  remember(KEY, next)
  apply()
}

/** The choice, kept up to date. */
export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice)
}

/** `light` or `dark`, as shown now, kept up to date. */
export function useTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () =>
    document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light',
  )
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function apply(): void {
  const dark = choice === 'dark' || (choice === 'system' && systemDark().matches)
  show(dark ? 'dark' : 'light')
}

function show(theme: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = theme
  for (const listener of listeners) listener()
}
