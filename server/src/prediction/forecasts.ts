/**
 * What the cells of a notebook are expected to take, each as it would run after those above it: numbers that a cell above
 * sets count as set, and sizes of what it would make are predicted too. What a cell uses is what it used last; of code
 * that never ran, what its syntax reads.
 */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isElsewhere } from '@yesterday/kernel-bridge'
import type { CellForecast } from '../../contract/prediction.ts'
import type { CellSource } from '../lineage/code-cells.ts'
import { staticNames } from '../lineage/static-names.ts'
import type { CodeShape } from './code-shape.ts'
import { predict, predictMade } from './predict.ts'
import type { RunHistory } from './run-history.ts'
import { type Given, given, isInput, type LearnedEdge, quantitiesOf } from './sample.ts'

export interface ForecastRun extends Pick<ForecastPlace, 'session' | 'cwd'> {
  readonly source: string
}

export interface ForecastPlace {
  /** The session of the kernel, or the last one that there was; null where none is known. */
  readonly session: string | null
  /** False if a new kernel would have to be started. */
  readonly isAlive: boolean
  /** Where the kernel works. */
  readonly cwd: string
  /** Bytes of a file now, null where it is none. Default: looks at the disk. */
  readonly fileSize?: (path: string) => Promise<number | null>
}

const sizeOnDisk = (path: string): Promise<number | null> =>
  stat(path).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  )

export async function forecastsOf(
  history: RunHistory,
  cells: readonly CellSource[],
  place: ForecastPlace,
): Promise<readonly CellForecast[]> {
  const coming = new Coming(history, place)
  const found: CellForecast[] = []
  let turn = performance.now()
  for (const { cellId, source } of cells) {
    found.push({ cell: cellId, ...(await coming.next(history.shapeOf(source), source)) })
    if (performance.now() - turn < TURN_MS) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    turn = performance.now()
  }
  return found
}

/** For the session that runs a cell: what is expected of the run, ms. */
export const expectedMs =
  (history: RunHistory) =>
  async ({ source, session, cwd }: ForecastRun): Promise<number | null> => {
    await history.catchUp()
    return (await forecastOf(history, source, { session, isAlive: true, cwd })).ms?.value ?? null
  }

/** Of one cell as it would run now. */
export async function forecastOf(history: RunHistory, source: string, place: ForecastPlace) {
  return new Coming(history, place).next(history.shapeOf(source), source)
}

/**
 * Of all cells, one after another. Memory is what they take together: what a cell has made mostly stays. The interval of
 * the time supposes that errors of cells are independent.
 */
export function totalOf(cells: readonly Pick<CellForecast, 'ms' | 'memory'>[]) {
  const times = cells.flatMap(({ ms }) => ms ?? [])
  const ms = times.reduce((sum, { value }) => sum + value, 0)
  const off = (side: 'low' | 'high') => Math.hypot(...times.map((time) => time[side] - time.value))
  const memory = cells.reduce((sum, cell) => sum + (cell.memory?.value ?? 0), 0)
  return { ms, low: Math.max(0, ms - off('low')), high: ms + off('high'), memory }
}

/** The things of a session as cells would leave them, one after another. */
class Coming {
  readonly #history: RunHistory
  readonly #place: ForecastPlace
  /** Quantities that differ from those of the things that are there. */
  readonly #changed = new Map<string, number>()

  constructor(history: RunHistory, place: ForecastPlace) {
    this.#history = history
    this.#place = place
  }

  async next(code: CodeShape, source: string): Promise<Omit<CellForecast, 'cell'>> {
    const now = await this.#givenTo(code, source)
    const expected = predict(this.#history, code, now)
    this.#leave(code, now)
    return expected
  }

  async #givenTo(code: CodeShape, source: string): Promise<Given> {
    const { session, isAlive } = this.#place
    const isFirst = !isAlive || session === null || !this.#history.hasRun(session, code.skeleton)
    const inputs = await Promise.all(this.#usedBy(code, source).map((edge) => this.#now(edge)))
    const plain = given(code, inputs, isFirst)
    const names = inputs.map(({ kind, name }) => `${kind} ${name}`)
    const changed = [...this.#changed].filter(([key]) => names.some((name) => isOf(key, name)))
    if (changed.length === 0) return plain
    return { quantities: new Map([...plain.quantities, ...changed]), identity: null, isFirst }
  }

  /** As the last run of this code used them; else by name, where the session has them. */
  #usedBy(code: CodeShape, source: string): readonly LearnedEdge[] {
    const last = this.#history.ofCode(code.skeleton).at(-1)
    if (last !== undefined) return last.used
    const things = this.#things()
    const reads = [...staticNames(source).reads]
    return reads.flatMap((name) => things?.get(`variable ${name}`) ?? []).filter(isInput)
  }

  #things(): ReadonlyMap<string, LearnedEdge> | null {
    return this.#place.session === null ? null : this.#history.things(this.#place.session)
  }

  /** A file is as it is on disk; one of the size that was recorded is taken for the same. */
  async #now(edge: LearnedEdge): Promise<LearnedEdge> {
    const known = this.#things()?.get(`${edge.kind} ${edge.name}`) ?? edge
    if (edge.kind !== 'file' || isElsewhere(edge.name)) return known
    const { cwd, fileSize = sizeOnDisk } = this.#place
    const size = await fileSize(resolve(cwd, edge.name))
    if (size === null || size === known.size) return known
    return { ...known, size, digest: size === edge.size ? edge.digest : null }
  }

  /** What the cell leaves to those below it, where that is not what is there. */
  #leave(code: CodeShape, now: Given): void {
    const there = quantitiesOf([...(this.#things()?.values() ?? [])])
    const own = this.#history.ofCode(code.skeleton)
    const isKnown = now.identity !== null && own.some(({ identity }) => identity === now.identity)
    if (!isKnown) for (const [key, value] of predictMade(own, now)) this.#set(key, value, there)
    for (const [name, value] of code.assigned) this.#set(`variable ${name}`, Math.abs(value), there)
  }

  #set(key: string, value: number, there: ReadonlyMap<string, number>): void {
    const before = there.get(key)
    if (before !== undefined && Math.abs(before - value) <= before * SAME) this.#changed.delete(key)
    else if (value > 0) this.#changed.set(key, value)
  }
}

/** After so long the event loop gets its turn. */
const TURN_MS = 8

/** Sizes that differ by less are predicted as they are. */
const SAME = 0.02

/** A quantity of a thing is named as the thing, or with one of its dimensions. */
const isOf = (quantity: string, thing: string): boolean =>
  quantity === thing || (quantity.startsWith(`${thing}.`) && /^\d+$/.test(quantity.slice(thing.length + 1)))
