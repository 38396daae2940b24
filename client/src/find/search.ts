/**
 * pure. Finding and replacing in texts. Invariant: a match is never empty, matches do not overlap, and offsets are
 * UTF-16 units of the text that was searched.
 */

/** What is looked for, and how. */
export interface Query {
  readonly text: string
  readonly regex: boolean
  readonly matchCase: boolean
  readonly wholeWord: boolean
}

export interface Span {
  readonly start: number
  readonly end: number
}

/** A query that can be asked; null while there is nothing to look for, or what is wrong with it. */
export type Compiled =
  | { readonly ok: true; readonly pattern: RegExp | null }
  | { readonly ok: false; readonly problem: string }

/** Makes a pattern of a query. */
export function compile({ text, regex, matchCase, wholeWord }: Query): Compiled {
  if (text === '') return { ok: true, pattern: null }
  const body = regex ? text : text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  const bounded = wholeWord ? `(?<![\\p{L}\\p{N}_])(?:${body})(?![\\p{L}\\p{N}_])` : body
  try {
    return { ok: true, pattern: new RegExp(bounded, `gmu${matchCase ? '' : 'i'}`) }
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** The matches in a text, at most `limit`. */
export function spansIn(text: string, pattern: RegExp, limit: number): readonly Span[] {
  const spans: Span[] = []
  for (const found of text.matchAll(pattern)) {
    if (spans.length >= limit) break
    if (found[0] !== '') spans.push({ start: found.index, end: found.index + found[0].length })
  }
  return spans
}

/** The replacement of a match: the words as they are, or with `$1`, `$&`, `$<name>` filled for a regex. */
export function replacementOf(
  text: string,
  span: Span,
  pattern: RegExp,
  words: string,
  regex: boolean,
): string {
  if (!regex) return words
  const at = new RegExp(pattern.source, pattern.flags.replace('g', 'y'))
  at.lastIndex = span.start
  const found = at.exec(text)
  if (found === null) return words
  return words.replace(/\$(?:(\$)|(&)|(\d{1,2})|<([^>]+)>)/g, (mark, dollar, whole, group, name) => {
    if (dollar !== undefined) return '$'
    if (whole !== undefined) return found[0]
    if (group !== undefined) return Number(group) < found.length ? (found[Number(group)] ?? '') : mark
    return found.groups?.[name] ?? ''
  })
}

/** The place of the next match in a ring of `count`; the first one when none was chosen. */
export const around = (at: number, by: 1 | -1, count: number): number =>
  count === 0 ? -1 : at === -1 ? (by === 1 ? 0 : count - 1) : (at + by + count) % count
