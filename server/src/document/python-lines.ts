/**
 * pure. Which lines of Python begin inside a string. Invariant: a line that does is part of a value, so nothing may be
 * put before it.
 */

const TOKEN = /\\(?:.|\n)|"""|'''|["']|#|\n/g

/** For each line of the source, whether a string that began earlier is still open there. */
export function linesInStrings(source: string): readonly boolean[] {
  const inside = [false]
  let quote: string | null = null
  let comment = false
  for (const [token] of source.matchAll(TOKEN)) {
    if (token === '\n' || token === '\\\n') {
      comment = false
      if (quote?.length === 1 && token === '\n') quote = null
      inside.push(quote !== null)
    } else if (comment || token.startsWith('\\')) continue
    else if (quote === null && token === '#') comment = true
    else if (quote === null) quote = token
    else if (token === quote) quote = null
    else if (token === quote.repeat(3)) quote = null
  }
  return inside
}
