/**
 * pure. Where a stretch of source that a comment is about is now. A position that still leads into the cell's text wins.
 * A move, a merge or a split makes other texts; the quoted text and its surroundings find the stretch again there.
 */
import * as Y from 'yjs'
import { COMMENT_LIMITS, type SourceAnchor } from './comments.ts'
import { cellId, cellsOf, findCell } from './document.ts'

/** A stretch of a cell's source, in UTF-16 offsets. */
export interface SourcePlace {
  readonly cell: string
  readonly start: number
  readonly end: number
}

/** An anchor on this stretch; null if the cell has no such text. */
export function anchorAt(doc: Y.Doc, { cell, start, end }: SourcePlace): SourceAnchor | null {
  const text = textOf(doc, cell)
  if (text === null || start >= end || end > text.length) return null
  const source = text.toString()
  const [last, { context, quote }] = [Math.min(end, start + COMMENT_LIMITS.quote), COMMENT_LIMITS]
  return {
    on: 'source',
    cell,
    from: encoded(Y.createRelativePositionFromTypeIndex(text, start, 0)),
    to: encoded(Y.createRelativePositionFromTypeIndex(text, end, -1)),
    quote: source.slice(start, last).slice(0, quote),
    before: source.slice(Math.max(0, start - context), start),
    after: source.slice(end, end + context),
  }
}

/** Where the anchor is now; null if its text is gone. */
export const placeOf = (doc: Y.Doc, anchor: SourceAnchor): SourcePlace | null =>
  byPosition(doc, anchor) ?? byQuote(doc, anchor)

/** The anchor as it is to be kept after edits: it follows the text. The same object if nothing changed. */
export function followed(doc: Y.Doc, anchor: SourceAnchor): SourceAnchor {
  const place = placeOf(doc, anchor)
  const now = place && anchorAt(doc, place)
  if (now === null) return anchor
  const isSame = (Object.keys(now) as (keyof SourceAnchor)[]).every((key) => now[key] === anchor[key])
  return isSame ? anchor : now
}

function textOf(doc: Y.Doc, cell: string): Y.Text | null {
  const source = findCell(doc, cell)?.cell.get('source')
  return source instanceof Y.Text ? source : null
}

function byPosition(doc: Y.Doc, { cell, from, to }: SourceAnchor): SourcePlace | null {
  const text = textOf(doc, cell)
  const [start, end] = text === null ? [null, null] : [offsetIn(text, from), offsetIn(text, to)]
  return start === null || end === null || start >= end ? null : { cell, start, end }
}

function offsetIn(text: Y.Text, position: string): number | null {
  if (text.doc === null) return null
  try {
    const relative = Y.decodeRelativePosition(Uint8Array.from(atob(position), (char) => char.charCodeAt(0)))
    const absolute = Y.createAbsolutePositionFromRelativePosition(relative, text.doc)
    return absolute?.type === text ? absolute.index : null
  } catch {
    // A client may have sent bytes that are no position.
    return null
  }
}

const encoded = (position: Y.RelativePosition): string =>
  btoa(String.fromCharCode(...Y.encodeRelativePosition(position)))

interface Candidate extends SourcePlace {
  /** Characters around the quote that are as they were. */
  readonly score: number
  /** Whether enough of them are, where there are any. */
  readonly isClear: boolean
}

/** In the anchor's own cell any occurrence counts; in another cell it must be clear which one is meant. */
function byQuote(doc: Y.Doc, anchor: SourceAnchor): SourcePlace | null {
  const own = best(occurrences(textOf(doc, anchor.cell)?.toString() ?? '', anchor.cell, anchor))
  if (own !== null) return own.place
  if (anchor.quote.trim().length < SHORTEST_ELSEWHERE) return null
  const others = cellsOf(doc)
    .map((cell) => ({ id: cellId(cell), source: cell.get('source') }))
    .filter(({ id, source }) => id !== anchor.cell && source instanceof Y.Text)
  const found = best(
    others
      .flatMap(({ id, source }) => occurrences(String(source), id, anchor))
      .filter(({ isClear }) => isClear),
  )
  return found === null || found.isTie ? null : found.place
}

/** A shorter quote is found by chance in other cells. */
const SHORTEST_ELSEWHERE = 4
/** Without these characters around it, the same word elsewhere is taken for another one; undo may bring back the first. */
const CLEAR_CONTEXT = 4
/** Occurrences that are looked at in one cell. */
const MOST_OCCURRENCES = 200

function occurrences(source: string, cell: string, { quote, before, after }: SourceAnchor): Candidate[] {
  const found: Candidate[] = []
  for (
    let start = source.indexOf(quote);
    start !== -1 && found.length < MOST_OCCURRENCES;
    start = source.indexOf(quote, start + 1)
  ) {
    const end = start + quote.length
    const score = sameEnd(source.slice(0, start), before) + sameBeginning(source.slice(end), after)
    const around = Math.min(before.length + after.length, start + source.length - end)
    found.push({ cell, start, end, score, isClear: score >= Math.min(around, CLEAR_CONTEXT) })
  }
  return found
}

function best(
  candidates: readonly Candidate[],
): { readonly place: SourcePlace; readonly isTie: boolean } | null {
  const [first, second] = candidates.toSorted((one, other) => other.score - one.score)
  if (first === undefined) return null
  const { cell, start, end, score } = first
  return { place: { cell, start, end }, isTie: second?.score === score }
}

function sameBeginning(one: string, other: string): number {
  const most = Math.min(one.length, other.length)
  let count = 0
  while (count < most && one[count] === other[count]) count++
  return count
}

function sameEnd(one: string, other: string): number {
  const most = Math.min(one.length, other.length)
  let count = 0
  while (count < most && one.at(-1 - count) === other.at(-1 - count)) count++
  return count
}
