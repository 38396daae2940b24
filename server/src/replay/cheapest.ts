/**
 * pure. What to load and what to run again, so that what is wanted is there for the least time: a minimum cut. A run is
 * on the source's side when it runs again, a version when a run needs it; a version that is needed while its maker
 * does not run is loaded, and the cut pays for it.
 */

/** A version that a run made. Ids are the caller's. */
export interface Item {
  readonly id: string
  readonly maker: string
  /** Null where it cannot be loaded. */
  readonly loadMs: number | null
}

export interface Work {
  readonly id: string
  /** Null where it cannot run. */
  readonly ms: number | null
  /** Ids of the items that it needs to be there before. */
  readonly needs: readonly string[]
}

export interface Choice {
  readonly load: ReadonlySet<string>
  readonly rerun: ReadonlySet<string>
}

/** More than anything that can be done takes, in ms; and still less than what must never be cut. */
const CANNOT = 1e9

/** `wanted`: ids of items. What can be had by neither way is chosen for neither, or for a run that cannot be. */
export function cheapest(items: readonly Item[], works: readonly Work[], wanted: readonly string[]): Choice {
  const net = new Network()
  const [source, sink] = ['source', 'sink']
  for (const { id, ms, needs } of works) {
    net.add(`run ${id}`, sink, ms ?? CANNOT)
    for (const need of needs) net.add(`run ${id}`, `item ${need}`, Number.POSITIVE_INFINITY)
  }
  for (const { id, maker, loadMs } of items) net.add(`item ${id}`, `run ${maker}`, loadMs ?? CANNOT)
  for (const id of wanted) net.add(source, `item ${id}`, Number.POSITIVE_INFINITY)
  const side = net.cut(source, sink)
  const rerun = works.filter(({ id }) => side.has(`run ${id}`)).map(({ id }) => id)
  const load = items.filter(
    ({ id, maker, loadMs }) => loadMs !== null && side.has(`item ${id}`) && !side.has(`run ${maker}`),
  )
  return { rerun: new Set(rerun), load: new Set(load.map(({ id }) => id)) }
}

/** Flow by Dinic's algorithm: levels, then paths along them until none is left. A pipe's way back is its neighbour. */
class Network {
  readonly #places = new Map<string, number>()
  /** By place: its pipes. By pipe: where it leads, and what still fits. */
  readonly #pipes: number[][] = []
  readonly #to: number[] = []
  readonly #left: number[] = []

  add(from: string, to: string, capacity: number): void {
    const [a, b] = [this.#place(from), this.#place(to)]
    this.#pipes[a]?.push(this.#to.push(b) - 1)
    this.#pipes[b]?.push(this.#to.push(a) - 1)
    this.#left.push(capacity, 0)
  }

  /** The names on the source's side of a cut of the least cost; the smallest such side. */
  cut(source: string, sink: string): ReadonlySet<string> {
    const [from, to] = [this.#place(source), this.#place(sink)]
    let levels = this.#levels(from)
    while (levels[to] !== undefined) {
      const next = this.#pipes.map(() => 0)
      while (this.#push(from, to, levels, next)) {}
      levels = this.#levels(from)
    }
    return new Set([...this.#places].flatMap(([name, place]) => (levels[place] === undefined ? [] : [name])))
  }

  #place(name: string): number {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    this.#places.set(name, this.#pipes.length)
    return this.#pipes.push([]) - 1
  }

  #fits(pipe: number): boolean {
    return (this.#left[pipe] ?? 0) > 0
  }

  /** Steps from the source through pipes that have room; nothing where none leads. */
  #levels(from: number): (number | undefined)[] {
    const levels: (number | undefined)[] = []
    levels[from] = 0
    const waiting = [from]
    for (const place of waiting) {
      for (const pipe of this.#pipes[place] ?? []) {
        const to = this.#to[pipe] ?? 0
        if (!this.#fits(pipe) || levels[to] !== undefined) continue
        levels[to] = (levels[place] ?? 0) + 1
        waiting.push(to)
      }
    }
    return levels
  }

  /** Sends one path's worth; false where none is left. Without recursion: histories are long. */
  #push(from: number, to: number, levels: readonly (number | undefined)[], next: number[]): boolean {
    const path: number[] = []
    let at = from
    while (at !== to) {
      const pipe = this.#onward(at, levels, next)
      if (pipe !== null) {
        path.push(pipe)
        at = this.#to[pipe] ?? to
        continue
      }
      const last = path.pop()
      if (last === undefined) return false
      at = this.#to[last ^ 1] ?? from
      next[at] = (next[at] ?? 0) + 1
    }
    const amount = Math.min(...path.map((pipe) => this.#left[pipe] ?? 0))
    for (const pipe of path) {
      this.#left[pipe] = (this.#left[pipe] ?? 0) - amount
      this.#left[pipe ^ 1] = (this.#left[pipe ^ 1] ?? 0) + amount
    }
    return true
  }

  #onward(at: number, levels: readonly (number | undefined)[], next: number[]): number | null {
    const pipes = this.#pipes[at] ?? []
    for (let place = next[at] ?? 0; place < pipes.length; place++) {
      const pipe = pipes[place] ?? 0
      if (!this.#fits(pipe) || levels[this.#to[pipe] ?? 0] !== (levels[at] ?? 0) + 1) continue
      next[at] = place
      return pipe
    }
    next[at] = pipes.length
    return null
  }
}
