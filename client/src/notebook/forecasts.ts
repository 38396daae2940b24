/**
 * What cells are expected to take (docs/prediction.md). The server is asked after runs and edits, when there is a pause,
 * and only while the page is visible. Invariant: nothing waits for it; what is not known asks no question.
 */
import { Forecasts as Answer, type CellForecast } from '@yesterday/server/contract/prediction.ts'
import { equalityDeep } from 'lib0/function'
import type * as Y from 'yjs'
import { api } from '../api/api.ts'
import type { SessionSocket } from '../session/session-socket.ts'
import { settings } from '../settings/settings-store.ts'
import { Keyed, type KeyedObservable } from '../state/keyed.ts'
import { type Total, totalOf, warningOf } from './forecast-total.ts'

/** After the last change, ms. Where an answer takes long, it is asked for less often. */
const PAUSE_MS = 1_500
const SHARE = 10

export class Forecasts {
  readonly #url: string
  readonly #doc: Y.Doc
  readonly #cells = new Keyed<CellForecast>(equalityDeep)
  readonly #stops: readonly (() => void)[]
  readonly #soon = (): void => this.#schedule()
  #timer: ReturnType<typeof setTimeout> | null = null
  #tookMs = 0
  #free: number | null = null
  #isClosed = false

  constructor(document: string, doc: Y.Doc, session: SessionSocket) {
    this.#url = `/api/notebooks/${encodeURIComponent(document)}/forecasts`
    this.#doc = doc
    doc.on('update', this.#soon)
    globalThis.document?.addEventListener('visibilitychange', this.#soon)
    this.#stops = [session.recorded.listen(this.#soon), settings.subscribe(this.#soon)]
  }

  /** By cell id. */
  get cells(): KeyedObservable<CellForecast> {
    return this.#cells
  }

  /** Of these cells, one after another; null where nothing is known of any. */
  total(cells: readonly string[]): Total | null {
    return totalOf(cells.map((id) => this.#cells.get(id)))
  }

  /** What speaks against running these cells at once; null where nothing does. */
  warning(cells: readonly string[]): Total | null {
    return warningOf(this.total(cells), this.#free)
  }

  get memoryFree(): number | null {
    return this.#free
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#doc.off('update', this.#soon)
    globalThis.document?.removeEventListener('visibilitychange', this.#soon)
    for (const stop of this.#stops) stop()
  }

  #schedule(): void {
    if (this.#isClosed) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(), Math.max(PAUSE_MS, SHARE * this.#tookMs))
  }

  async #ask(): Promise<void> {
    this.#timer = null
    if (!settings.get().predictions) {
      this.#cells.set(new Map())
      return
    }
    if (globalThis.document?.visibilityState === 'hidden') return
    const began = performance.now()
    const answer = await api.get(Answer, this.#url)
    this.#tookMs = performance.now() - began
    if (this.#isClosed || !answer.ok) return
    this.take(answer.value)
  }

  /** What the server answers. */
  take({ cells, memoryFree }: Answer): void {
    this.#free = memoryFree
    this.#cells.set(new Map(cells.map((one) => [one.cell, one])))
  }
}
