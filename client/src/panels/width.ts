/** The width of panels: one for all of them, remembered by the browser. The page lays them out by `--panel-width`. */

import { Watched } from '../state/observable.ts'
import { remember, remembered } from '../state/remembered.ts'

const KEY = 'yesterday.panelWidth'
/** CSS pixels. */
export const [LEAST, MOST, USUAL] = [280, 960, 380]

/** pure. A width that a panel may have. */
export const fit = (width: number): number =>
  Number.isFinite(width) ? Math.round(Math.min(MOST, Math.max(LEAST, width))) : USUAL

/** The width now. */
export const panelWidth = new Watched(fit(Number(remembered(KEY) ?? USUAL)))

/** Changes the width of all panels. */
export function setPanelWidth(width: number): void {
  panelWidth.set(fit(width))
  remember(KEY, String(panelWidth.get()))
  layOut()
}

/** Gives the width to the page's style: cells and panel follow without being drawn again. */
export function layOut(): void {
  document.documentElement.style.setProperty('--panel-width', `${panelWidth.get()}px`)
}
