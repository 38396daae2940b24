/**
 * How matches are seen: as decorations in live editors, as the browser's own highlights over static text and outputs,
 * so that nothing that is drawn changes. Where a browser has no highlights, going from match to match still works.
 */
import type { editor } from 'monaco-editor/editor'
import type { Finder, Found, Match } from './finder.ts'
import { compile, spansIn } from './search.ts'

const DRAWN = 600

/** Shows the matches of a cell's source in its live editor; answers the way to stop. */
export function showMatches(
  finder: Finder,
  instance: editor.IStandaloneCodeEditor,
  cell: string,
): () => void {
  const shown = instance.createDecorationsCollection()
  const draw = (): void => {
    const model = instance.getModel()
    const { matches, at } = finder.found.get()
    const chosen = matches[at]
    const own = model === null ? [] : matches.filter((match) => match.cell === cell && match.output === null)
    if (model === null || (own.length === 0 && shown.length === 0)) return
    shown.set(
      own.map((match) => {
        const [from, to] = [model.getPositionAt(match.start), model.getPositionAt(match.end)]
        return {
          range: {
            startLineNumber: from.lineNumber,
            startColumn: from.column,
            endLineNumber: to.lineNumber,
            endColumn: to.column,
          },
          options: { inlineClassName: match === chosen ? 'found found-chosen' : 'found' },
        }
      }),
    )
  }
  draw()
  const stop = finder.found.subscribe(draw)
  return () => {
    stop()
    shown.clear()
  }
}

/** Highlights matches in static text and outputs, and follows the finder until it is stopped. */
export function highlightMatches(finder: Finder): () => void {
  if (!('highlights' in CSS)) return () => undefined
  const draw = (): void => {
    const { all, chosen } = rangesOf(finder, finder.found.get())
    CSS.highlights.set('found', new Highlight(...all))
    CSS.highlights.set('found-chosen', new Highlight(...(chosen === null ? [] : [chosen])))
  }
  draw()
  const stop = finder.found.subscribe(draw)
  return () => {
    stop()
    for (const name of ['found', 'found-chosen']) CSS.highlights.delete(name)
  }
}

/** Brings a match into view without taking the focus from the field; does nothing where it is well in view. */
export function scrollToMatch(finder: Finder, match: Match): void {
  const { chosen } = rangesOf(finder, finder.found.get())
  const article = document.getElementById(`cell-${match.cell}`)
  const line = match.output === null ? article?.querySelectorAll('.found-chosen')[0] : undefined
  const box = (line ?? (chosen !== null && hasBox(chosen) ? chosen : article))?.getBoundingClientRect()
  const main = article?.closest('.app-main')
  if (box === undefined || !main) return
  const view = main.getBoundingClientRect()
  const margin = 96
  if (box.top > view.top + margin && box.bottom < view.bottom - margin) return
  main.scrollBy({ top: box.top - view.top - view.height / 3 })
}

const hasBox = (range: Range): boolean => range.getClientRects().length > 0

function rangesOf(finder: Finder, found: Found): { readonly all: Range[]; readonly chosen: Range | null } {
  const compiled = compile(finder.query.get())
  if (!compiled.ok || compiled.pattern === null) return { all: [], chosen: null }
  const all: Range[] = []
  let chosen: Range | null = null
  const wanted = found.matches[found.at]
  for (const [place, matches] of byPlace(found.matches)) {
    const index = wanted === undefined ? -1 : matches.indexOf(wanted)
    if (all.length >= DRAWN && index === -1) continue
    const drawn = drawnRanges(place, matches[0], compiled.pattern)
    all.push(...drawn)
    if (index !== -1) chosen = drawn[index] ?? drawn[0] ?? null
  }
  return { all, chosen }
}

function byPlace(matches: readonly Match[]): ReadonlyMap<string, readonly Match[]> {
  const places = new Map<string, Match[]>()
  for (const match of matches) {
    const place = `cell-${match.cell} ${match.output ?? 'source'}`
    const list = places.get(place)
    if (list === undefined) places.set(place, [match])
    else list.push(match)
  }
  return places
}

// What is drawn may differ from the text (markdown, folded lines): the pattern is asked again of what is there.
function drawnRanges(place: string, first: Match | undefined, pattern: RegExp): Range[] {
  const article = document.getElementById(place.split(' ')[0] ?? '')
  const root =
    first?.output === null
      ? article?.querySelector('.static-code, .markdown')
      : article?.querySelectorAll('.output-place')[first?.output ?? 0]
  return root ? rangesIn(root, pattern) : []
}

function rangesIn(root: Element, pattern: RegExp): Range[] {
  const nodes: { readonly node: Node; readonly start: number }[] = []
  let text = ''
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    nodes.push({ node, start: text.length })
    text += node.textContent ?? ''
  }
  const put = (offset: number, set: (node: Node, at: number) => void): void => {
    const holder = nodes.findLast(({ start }) => start <= offset)
    if (holder !== undefined)
      set(holder.node, Math.min(offset - holder.start, holder.node.textContent?.length ?? 0))
  }
  return spansIn(text, pattern, DRAWN).map(({ start, end }) => {
    const range = document.createRange()
    put(start, (node, at) => range.setStart(node, at))
    put(end, (node, at) => range.setEnd(node, at))
    return range
  })
}
