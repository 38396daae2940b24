/**
 * Whether a kernel at work is there at all: its heartbeat echoes beside any computation, and not where its process is
 * suspended or the machine has no time for it. Invariant: each change is reported once, and only while it is watched.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'

export interface PulseEffects {
  /** Settles with false where no echo came in time. */
  readonly heartbeat: () => Promise<boolean>
  readonly onChange: (isSilent: boolean) => void
  /** Between two looks, and for an echo. */
  readonly pauseMs: number
}

export class Pulse {
  readonly #effects: PulseEffects
  #timer: NodeJS.Timeout | null = null
  #isSilent = false

  constructor(effects: PulseEffects) {
    this.#effects = effects
  }

  /** Looks from now on while `isAtWork`. */
  watch(isAtWork: boolean): void {
    if (!isAtWork) this.#stop()
    else if (this.#timer === null) this.#scheduleCheck()
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#isSilent = false
  }

  #scheduleCheck(): void {
    const look = () => inBackground(this.#look(), 'listening for the heartbeat of a kernel')
    this.#timer = setTimeout(look, this.#effects.pauseMs).unref()
  }

  async #look(): Promise<void> {
    const timer = this.#timer
    const isSilent = !(await this.#effects.heartbeat().catch(() => false))
    if (this.#timer !== timer) return
    this.#scheduleCheck()
    if (isSilent === this.#isSilent) return
    this.#isSilent = isSilent
    this.#effects.onChange(isSilent)
  }
}
