/**
 * What is typed into a pseudo-terminal, on its way to the program. Invariant: bytes keep their order, memory is bounded,
 * and no write waits for the program: a blocking one would stop the server while the program reads nothing.
 */
import { writeSync } from 'node:fs'
import { z } from 'zod'

/** Bytes that may wait for the program. */
export const MOST_WAITING = 4 * 1024 * 1024
/** Bytes of one write: others have their turn in between. */
const CHUNK = 64 * 1024
/** How soon a full pseudo-terminal is tried again, ms. */
const RETRY_MS = 10

/** What node-pty's terminals have on POSIX and do not declare: the master's non-blocking descriptor, and its stream. */
const Master = z.object({
  fd: z.number().int().nonnegative(),
  _socket: z.custom<{ readonly destroyed: boolean }>(
    (value) => typeof value === 'object' && value !== null && 'destroyed' in value,
  ),
})

export class PtyInput {
  readonly #fd: number
  readonly #isOpen: () => boolean
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #timer: ReturnType<typeof setTimeout> | null = null

  /** The descriptor must not block. `isOpen`: false as soon as it may name another file. */
  constructor(fd: number, isOpen: () => boolean) {
    this.#fd = fd
    this.#isOpen = isOpen
  }

  /** Null where the terminal has no descriptor that can be written to. */
  static of(terminal: unknown): PtyInput | null {
    const master = Master.safeParse(terminal).data
    return master === undefined ? null : new PtyInput(master.fd, () => !master._socket.destroyed)
  }

  /** False, and nothing is typed, where too much waits already. */
  write(text: string): boolean {
    const bytes = Buffer.from(text)
    if (this.#waitingBytes + bytes.length > MOST_WAITING) return false
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (this.#timer === null) this.#flush()
    return true
  }

  #flush(): void {
    this.#timer = null
    const [first] = this.#waiting
    if (first === undefined) return
    const written = this.#isOpen() ? this.#tryWrite(first.subarray(0, CHUNK)) : null
    if (written === null) {
      this.#waiting = []
      this.#waitingBytes = 0
      return
    }
    this.#waitingBytes -= written
    if (written === first.length) this.#waiting.shift()
    else this.#waiting[0] = first.subarray(written)
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#flush(), written === 0 ? RETRY_MS : 0)
  }

  /** How many bytes were taken; null where the program is gone. */
  #tryWrite(bytes: Uint8Array): number | null {
    try {
      return writeSync(this.#fd, bytes)
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 0 : null
    }
  }
}
