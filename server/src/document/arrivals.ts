/**
 * How far the edits of each connection have come, so that a command on another socket can follow them.
 * Invariant: what was counted as arrived is durable and in the document, or was refused.
 */

interface Progress {
  arrived: number
  readonly waiting: { readonly count: number; readonly settle: (arrived: boolean) => void }[]
}

export class Arrivals {
  readonly #connections = new Map<string, Progress>()

  /** The first `count` updates of the connection have been dealt with. */
  arrived(connection: string, count: number): void {
    const progress = this.#of(connection)
    progress.arrived = Math.max(progress.arrived, count)
    for (const one of progress.waiting.filter((waiting) => waiting.count <= progress.arrived)) {
      progress.waiting.splice(progress.waiting.indexOf(one), 1)
      one.settle(true)
    }
  }

  /** Settles with true once `count` updates of the connection have arrived, with false when it ends or takes longer than `waitMs`. */
  async until(connection: string, count: number, waitMs: number): Promise<boolean> {
    const progress = this.#of(connection)
    if (progress.arrived >= count) return true
    let timer: ReturnType<typeof setTimeout> | undefined
    const arrived = await new Promise<boolean>((settle) => {
      progress.waiting.push({ count, settle })
      timer = setTimeout(() => settle(false), waitMs)
    })
    clearTimeout(timer)
    return arrived
  }

  /** The connection ended. */
  end(connection: string): void {
    for (const { settle } of this.#connections.get(connection)?.waiting ?? []) settle(false)
    this.#connections.delete(connection)
  }

  #of(connection: string): Progress {
    const known = this.#connections.get(connection) ?? { arrived: 0, waiting: [] }
    this.#connections.set(connection, known)
    return known
  }
}
