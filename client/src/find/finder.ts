/**
 * Finding in an open notebook. Invariant: while it is open, `found` follows the query and the document; a replacement
 * is one edit of this person, which one undo reverts.
 */
import { cellId, cellSource, cellsOf, findCell } from '@yesterday/server/contract/document.ts'
import type * as Y from 'yjs'
import { Watched } from '../state/observable.ts'
import { textsOf } from './cell-texts.ts'
import { around, compile, type Query, replacementOf, type Span, spansIn } from './search.ts'

/** A match and where it is; `output` is null in a source. */
export interface Match extends Span {
  readonly cell: string
  readonly output: number | null
}

export interface Found {
  readonly matches: readonly Match[]
  /** The chosen match; -1 for none. */
  readonly at: number
  /** Why the query cannot be asked. */
  readonly problem: string | null
  /** There are more than are listed. */
  readonly cut: boolean
  /** Large outputs that were not looked into. */
  readonly unread: number
}

/** What the person has set. */
export interface Asked extends Query {
  readonly outputs: boolean
}

export const noQuery: Asked = { text: '', regex: false, matchCase: false, wholeWord: false, outputs: true }
export const nothingFound: Found = { matches: [], at: -1, problem: null, cut: false, unread: 0 }

const LIMIT = 5000
const SETTLE_MS = 120

export class Finder {
  /** Null while closed; `replace` shows the second field. */
  readonly open = new Watched<{ readonly replace: boolean } | null>(null)
  readonly query = new Watched<Asked>(noQuery)
  readonly found = new Watched<Found>(nothingFound)
  readonly #doc: Y.Doc
  readonly #origin: object
  readonly #changed = (): void => this.#soon()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(doc: Y.Doc, origin: object) {
    this.#doc = doc
    this.#origin = origin
  }

  show(replace: boolean): void {
    if (this.open.get() === null) cellsOf(this.#doc).observeDeep(this.#changed)
    this.open.set({ replace: replace || this.open.get()?.replace === true })
    this.search()
  }

  close(): void {
    if (this.open.get() === null) return
    cellsOf(this.#doc).unobserveDeep(this.#changed)
    clearTimeout(this.#timer)
    this.open.set(null)
    this.found.set(nothingFound)
  }

  ask(change: Partial<Asked>): void {
    this.query.set({ ...this.query.get(), ...change })
    this.search()
  }

  /** Chooses the next match, or the one before. */
  go(by: 1 | -1): Match | null {
    const found = this.found.get()
    const at = around(found.at, by, found.matches.length)
    this.found.set({ ...found, at })
    return found.matches[at] ?? null
  }

  /** Looks through the document now. The chosen match stays chosen where it still is. */
  search(): void {
    clearTimeout(this.#timer)
    const before = this.found.get()
    const next = this.#search()
    const same = next.matches.findIndex((match) => isSame(match, before.matches[before.at]))
    this.found.set({ ...next, at: same })
  }

  /** Replaces the chosen match, where it is in a source, and chooses the next one; answers whether it did. */
  replace(words: string): boolean {
    this.search()
    const { matches, at } = this.found.get()
    const match = matches[at]
    const source = match === undefined || match.output !== null ? null : this.#sourceOf(match.cell)
    if (match === undefined || source === null) return false
    const { length } = source
    this.#replace([match], words)
    const end = match.end + source.length - length
    this.search()
    this.found.set({ ...this.found.get(), at: this.#firstBehind(match.cell, end) })
    return true
  }

  /** Replaces every match in sources; answers how many. */
  replaceAll(words: string): number {
    const compiled = compile(this.query.get())
    if (!compiled.ok || compiled.pattern === null) return 0
    const { pattern } = compiled
    const all = cellsOf(this.#doc)
      .toArray()
      .flatMap((cell) => {
        const spans = spansIn(cellSource(cell).toString(), pattern, Number.POSITIVE_INFINITY)
        return spans.map((span) => ({ ...span, cell: cellId(cell), output: null }))
      })
    this.#replace(all, words)
    this.search()
    return all.length
  }

  #replace(matches: readonly Match[], words: string): void {
    const query = this.query.get()
    const compiled = compile(query)
    if (!compiled.ok || compiled.pattern === null) return
    const { pattern } = compiled
    const texts = new Map(matches.map(({ cell }) => [cell, this.#sourceOf(cell)?.toString() ?? '']))
    this.#doc.transact(() => {
      // From the end, so that earlier offsets stay true; each is expanded on the text as it was.
      for (const match of matches.toReversed()) {
        const put = replacementOf(texts.get(match.cell) ?? '', match, pattern, words, query.regex)
        const source = this.#sourceOf(match.cell)
        source?.delete(match.start, match.end - match.start)
        if (put !== '') source?.insert(match.start, put)
      }
    }, this.#origin)
  }

  #search(): Found {
    const query = this.query.get()
    const compiled = compile(query)
    if (!compiled.ok) return { ...nothingFound, problem: compiled.problem }
    if (compiled.pattern === null) return nothingFound
    const matches: Match[] = []
    let unread = 0
    for (const cell of cellsOf(this.#doc)) {
      for (const { output, text } of textsOf(cell, query.outputs)) {
        if (text === null) unread++
        const spans = spansIn(text ?? '', compiled.pattern, LIMIT + 1 - matches.length)
        for (const span of spans) matches.push({ ...span, cell: cellId(cell), output })
      }
    }
    return { matches: matches.slice(0, LIMIT), at: -1, problem: null, cut: matches.length > LIMIT, unread }
  }

  // What was written just now is not offered again, even where the query matches it.
  #firstBehind(cell: string, end: number): number {
    const { matches } = this.found.get()
    const order = cellsOf(this.#doc).map(cellId)
    const place = order.indexOf(cell)
    const behind = matches.findIndex((match) =>
      match.cell === cell ? match.output !== null || match.start >= end : order.indexOf(match.cell) > place,
    )
    return behind === -1 ? Math.min(0, matches.length - 1) : behind
  }

  #sourceOf(cell: string): Y.Text | null {
    const found = findCell(this.#doc, cell)
    return found === null ? null : cellSource(found.cell)
  }

  #soon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.search(), SETTLE_MS)
  }
}

const isSame = (a: Match, b: Match | undefined): boolean =>
  b !== undefined && a.cell === b.cell && a.output === b.output && a.start === b.start
