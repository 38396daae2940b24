/** Says when the way to a kernel is lost for longer than a moment. */

/** A connection that is opened again sooner is not worth a word, ms. */
const MOMENT_MS = 2_000

type Listener = (lostAt: string | null) => void

export class Reach {
  #listener: Listener | null = null
  #said: string | null = null
  #timer: NodeJS.Timeout | undefined

  listen(listener: Listener): void {
    this.#listener = listener
    if (this.#said !== null) listener(this.#said)
  }

  changed(lostAt: Date | null): void {
    clearTimeout(this.#timer)
    if (lostAt === null) this.#say(null)
    else if (this.#said === null) {
      this.#timer = setTimeout(() => this.#say(lostAt.toISOString()), MOMENT_MS)
      this.#timer.unref()
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#listener = null
  }

  #say(lostAt: string | null): void {
    if (this.#said === lostAt) return
    this.#said = lostAt
    this.#listener?.(lostAt)
  }
}
