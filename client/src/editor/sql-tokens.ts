/** pure. Colours of SQL, line by line, for the static text and the live editor. */
import type { Token, TokenKind } from './python-tokens.ts'

/** What a line inherits: an open block comment, or an open string. */
export type SqlState = '' | '/*' | "'"

const KEYWORDS = new Set(
  `select from where group by order limit offset having join left right inner outer full cross natural on using as and or
not in is between like ilike exists case when then else end with recursive union all distinct insert into values update set
delete create table view drop alter replace over partition asc desc except intersect qualify window lateral unnest pivot
copy to if cast overwrite cluster distribute sort rows range preceding following current row interval primary key default
temporary temp materialized explain describe show returning merge matched filter within rollup cube grouping sets semi anti
tablesample attach detach begin commit rollback nulls first last`.split(/\s+/),
)
const CONSTANTS = new Set(['true', 'false', 'null'])

const rules: readonly (readonly [RegExp, TokenKind])[] = [
  [/\s+/y, 'text'],
  [/--.*/y, 'comment'],
  [/\/\*/y, 'comment'],
  [/\{\{[^{}]*\}\}/y, 'decorator'],
  [/'/y, 'string'],
  [/"(?:[^"]|"")*"?|`[^`]*`?/y, 'text'],
  [/\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?/y, 'number'],
  [/[\p{L}_][\p{L}\p{N}_$]*/uy, 'text'],
  [/[+\-*/%=<>!&|^~:]+/y, 'operator'],
]

/** The tokens of one line and the state for the next. */
export function tokenizeSqlLine(line: string, state: SqlState): { tokens: Token[]; state: SqlState } {
  const tokens: Token[] = []
  const put = (start: number, kind: TokenKind): void => {
    if (tokens.at(-1)?.kind !== kind) tokens.push({ start, kind })
  }
  let at = 0
  let open = state
  while (at < line.length) {
    if (open !== '') {
      put(at, open === '/*' ? 'comment' : 'string')
      at = endOf(line, at, open)
      if (at === -1) return { tokens, state: open }
      open = ''
      continue
    }
    const [end, kind] = tokenAt(line, at)
    put(at, kind)
    const text = line.slice(at, end)
    at = end
    if (text === '/*' || text === "'") open = text
  }
  return { tokens, state: open }
}

function tokenAt(line: string, at: number): readonly [number, TokenKind] {
  for (const [rule, kind] of rules) {
    rule.lastIndex = at
    const found = rule.exec(line)?.[0]
    if (found === undefined) continue
    const end = at + found.length
    return [end, kind === 'text' ? wordKind(found, line[end]) : kind]
  }
  return [at + 1, 'text']
}

function wordKind(word: string, next: string | undefined): TokenKind {
  const lower = word.toLowerCase()
  if (CONSTANTS.has(lower)) return 'constant'
  if (KEYWORDS.has(lower)) return 'keyword'
  return next === '(' && /^\w/.test(word) ? 'function' : 'text'
}

/** Behind the end of what is open; a doubled quote does not end a string. */
function endOf(line: string, from: number, open: Exclude<SqlState, ''>): number {
  if (open === '/*') {
    const end = line.indexOf('*/', from)
    return end === -1 ? -1 : end + 2
  }
  for (let at = from; at < line.length; at++) {
    if (line[at] !== "'") continue
    if (line[at + 1] === "'") at++
    else return at + 1
  }
  return -1
}
