/** Digests that a replay's kernel computes behind its runs: they are awaited before the kernel ends. */
import type { Kernel } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { callAgent } from './kernel-talk.ts'

/** The most that a kernel gets for what is still open when the last step has ended. */
const FINISH_SECONDS = 100
/** The most that messages take which the kernel has sent. */
const ARRIVE_MS = 5_000

export class LateContents {
  readonly #kernel: Kernel
  #receivedCount = 0
  #changed: () => void = () => undefined

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    kernel.on('content', () => {
      this.#receivedCount++
      this.#changed()
    })
  }

  /** Settles when all digests have arrived, or time is up. */
  async finish(): Promise<void> {
    const answer = await callAgent(this.#kernel, 'late_edges.finish', [FINISH_SECONDS])
    const sent = answer.ok ? z.number().safeParse(answer.value).data : undefined
    if (sent === undefined || this.#receivedCount >= sent) return
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ARRIVE_MS)
      this.#changed = () => {
        if (this.#receivedCount >= sent) resolve()
      }
    })
    clearTimeout(timer)
  }
}
