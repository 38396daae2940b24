/**
 * When a changed notebook is written to its file: after a second of quiet, and at least every five while people type.
 * Invariant: between a change and its save there is always a timer.
 */

import { inBackground } from '@yesterday/kernel-bridge/background'

export interface AutosaveTimes {
  readonly quietMs: number
  readonly busyMs: number
}

export const autosaveTimes: AutosaveTimes = { quietMs: 1000, busyMs: 5000 }

export class Autosave {
  readonly #save: () => Promise<void>
  readonly #times: AutosaveTimes
  readonly #now: () => number
  #firstChange: number | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(save: () => Promise<void>, now: () => number, times: AutosaveTimes = autosaveTimes) {
    this.#save = save
    this.#now = now
    this.#times = times
  }

  changed(): void {
    const now = this.#now()
    this.#firstChange ??= now
    const latest = this.#firstChange + this.#times.busyMs - now
    this.#start(Math.max(0, Math.min(this.#times.quietMs, latest)))
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #start(ms: number): void {
    this.stop()
    this.#timer = setTimeout(() => {
      this.#firstChange = null
      inBackground(this.#save(), 'saving a notebook')
    }, ms)
  }
}
