/**
 * pure. The headings of a notebook and what is folded under them. Invariant: a folded heading hides the cells after it
 * up to the next heading of its own level or above, and nothing else hides a cell.
 */

/** What the outline needs to know of a cell. */
export interface CellSketch {
  readonly id: string
  /** The source of a markdown cell; null for the others. */
  readonly prose: string | null
  readonly folded: boolean
}

/** A cell that begins with a heading. */
export interface Heading {
  readonly id: string
  readonly level: number
  readonly text: string
  readonly folded: boolean
  /** The cells that belong to it, those of its smaller headings too. */
  readonly section: readonly string[]
}

export interface Outline {
  readonly headings: readonly Heading[]
  readonly hidden: ReadonlySet<string>
}

export const noOutline: Outline = { headings: [], hidden: new Set() }

/** The outline of these cells, in their order. */
export function outlineOf(cells: readonly CellSketch[]): Outline {
  const found = cells.map(({ prose }) => (prose === null ? null : headingIn(prose)))
  const headings = cells.flatMap((cell, index) => {
    const heading = found[index] ?? null
    if (heading === null) return []
    const end = found.findIndex((later, at) => at > index && later !== null && later.level <= heading.level)
    const section = cells.slice(index + 1, end === -1 ? undefined : end).map(({ id }) => id)
    return [{ ...heading, id: cell.id, folded: cell.folded && section.length > 0, section }]
  })
  const hidden = new Set(headings.filter(({ folded }) => folded).flatMap(({ section }) => section))
  return { headings, hidden }
}

/** The heading that a markdown source begins with; null where it begins with something else. */
export function headingIn(prose: string): { readonly level: number; readonly text: string } | null {
  const found = /^\s{0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/m.exec(
    prose.trimStart().split('\n')[0] ?? '',
  )
  const [, marks, text] = found ?? []
  if (marks === undefined || text === undefined || text === '') return null
  return { level: marks.length, text: withoutMarks(text) }
}

// Links keep their words; emphasis and code lose their marks.
const withoutMarks = (text: string): string =>
  text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*`]|__/g, '')

/** The folded headings that hide a cell, outermost first. */
export const hiding = (outline: Outline, cell: string): readonly Heading[] =>
  outline.headings.filter(({ folded, section }) => folded && section.includes(cell))

/** The nearest heading that a cell belongs to; null above the first. */
export const headingOver = (outline: Outline, cell: string): Heading | null =>
  outline.headings.findLast(({ section }) => section.includes(cell)) ?? null
