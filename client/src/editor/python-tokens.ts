/**
 * pure. Python, line by line, as coloured tokens: the one tokenizer for both the static text of a cell and the live
 * editor, so that a cell looks the same in either. Invariant: the tokens of a line cover it without gap or overlap;
 * no input makes it slow (each expression is tried once per place, without backtracking over the line).
 */

/** What a token is; the names of the `--editor-…` colours. */
export type TokenKind =
  | 'text'
  | 'keyword'
  | 'constant'
  | 'string'
  | 'number'
  | 'comment'
  | 'decorator'
  | 'function'
  | 'operator'

/** A token starts at `start` (UTF-16) and goes to the next one's start. */
export interface Token {
  readonly start: number
  readonly kind: TokenKind
}

/** What a line inherits from the one above: the quote of an open triple-quoted string. */
export type LineState = '' | '"""' | "'''"

const keywords = new Set(
  `and as assert async await break case class continue def del elif else except finally for from global if import in is
lambda match nonlocal not or pass raise return try type while with yield`.split(/\s+/),
)
const soft = new Set(['case', 'match', 'type'])
const constants = new Set(['True', 'False', 'None', 'Ellipsis', 'NotImplemented', 'self', 'cls'])

const rules: readonly (readonly [RegExp, TokenKind])[] = [
  [/[ \t]+/y, 'text'],
  [/#.*/y, 'comment'],
  [/[rbfutRBFUT]{0,2}("""|''')/y, 'string'],
  [/[rbfutRBFUT]{0,2}"(?:[^"\\]|\\.)*(?:"|\\?$)/y, 'string'],
  [/[rbfutRBFUT]{0,2}'(?:[^'\\]|\\.)*(?:'|\\?$)/y, 'string'],
  [/0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?/y, 'number'],
  [/[\p{L}_][\p{L}\p{N}_]*/uy, 'text'],
  [/[+\-*/%=<>!&|^~:;,.?@]+/y, 'operator'],
]

/** The tokens of one line and the state for the next. */
export function tokenizeLine(line: string, state: LineState): { tokens: Token[]; state: LineState } {
  const tokens: Token[] = []
  let at = 0
  let open = state
  if (open !== '') {
    at = endOfTriple(line, 0, open)
    tokens.push({ start: 0, kind: 'string' })
    if (at === -1) return { tokens, state: open }
    open = ''
  } else {
    const special = /^\s*(?:[%!]{1,2}\S|@[\w.]+)/.exec(line)
    if (special !== null) {
      tokens.push({ start: 0, kind: 'decorator' })
      at = special[0].length
    }
  }
  while (at < line.length) {
    const found = tokenAt(line, at)
    if (tokens.at(-1)?.kind !== found.kind) tokens.push({ start: at, kind: found.kind })
    if (found.triple === '') {
      at = found.end
      continue
    }
    at = endOfTriple(line, found.end, found.triple)
    if (at === -1) return { tokens, state: found.triple }
  }
  return { tokens, state: '' }
}

interface Found {
  readonly end: number
  readonly kind: TokenKind
  readonly triple: LineState
}

function tokenAt(line: string, at: number): Found {
  for (const [rule, kind] of rules) {
    rule.lastIndex = at
    const match = rule.exec(line)
    if (match === null || match[0] === '') continue
    const end = at + match[0].length
    const triple = match[1] === '"""' || match[1] === "'''" ? match[1] : ''
    return { end, kind: kind === 'text' ? wordKind(line, at, end) : kind, triple }
  }
  return { end: at + 1, kind: 'text', triple: '' }
}

function wordKind(line: string, start: number, end: number): TokenKind {
  const word = line.slice(start, end)
  if (constants.has(word)) return 'constant'
  if (soft.has(word))
    return /^\s*\w+\s+[^\s=.,)\]]/.test(line.slice(0, end + 3)) && line.slice(0, start).trim() === ''
      ? 'keyword'
      : 'text'
  if (keywords.has(word)) return 'keyword'
  return line[end] === '(' && word.trim() !== '' ? 'function' : 'text'
}

// The end of the string, after its quotes; -1 when it goes on below.
function endOfTriple(line: string, from: number, quote: string): number {
  let at = from
  while (at < line.length) {
    if (line[at] === '\\') at += 2
    else if (line.startsWith(quote, at)) return at + quote.length
    else at++
  }
  return -1
}
