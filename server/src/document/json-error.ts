/**
 * pure. Where a text stops being JSON. The engine's own message names no place for half of its errors, and a person
 * who has to mend a file by hand needs line and column.
 */

/** Line and column (from 1) of the first character that JSON does not allow; the end of the text when it is cut off. */
export function placeOfJsonError(text: string): { readonly line: number; readonly column: number } {
  const before = text.slice(0, errorOffset(text))
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: before.length - lineStart + 1 }
}

type Expected = 'value' | 'valueOrClose' | 'key' | 'keyOrClose' | 'colon' | 'commaOrClose' | 'end'

const space = /[ \t\n\r]*/y
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.eE+-])|true|false|null/y

function errorOffset(text: string): number {
  const open: string[] = []
  let expected: Expected = 'value'
  let at = 0
  while (true) {
    at = matchAt(space, text, at) ?? at
    if (expected === 'end' || at >= text.length) return at
    const step = stepOver(text, at, expected, open)
    if (step === null) return at
    if (typeof step === 'number') return step
    at = step.next
    expected = step.expected
  }
}

type Step = { readonly next: number; readonly expected: Expected } | number | null

function stepOver(text: string, at: number, expected: Expected, open: string[]): Step {
  const sign = text.charAt(at)
  if (expected === 'colon') return sign === ':' ? { next: at + 1, expected: 'value' } : null
  if (sign === '}' || sign === ']') return stepOut(sign, at, expected, open)
  if (expected === 'commaOrClose') {
    return sign === ',' ? { next: at + 1, expected: open.at(-1) === '{' ? 'key' : 'value' } : null
  }
  if (sign === '"') return stepString(text, at, expected === 'key' || expected === 'keyOrClose', open)
  if (expected === 'key' || expected === 'keyOrClose') return null
  if (sign === '{' || sign === '[') {
    open.push(sign)
    return { next: at + 1, expected: sign === '{' ? 'keyOrClose' : 'valueOrClose' }
  }
  const next = matchAt(scalar, text, at)
  return next === null ? null : { next, expected: afterValue(open) }
}

function stepOut(sign: string, at: number, expected: Expected, open: string[]): Step {
  const mayClose = expected === 'commaOrClose' || expected === 'keyOrClose' || expected === 'valueOrClose'
  if (!mayClose || open.at(-1) !== (sign === '}' ? '{' : '[')) return null
  open.pop()
  return { next: at + 1, expected: afterValue(open) }
}

function stepString(text: string, at: number, isKey: boolean, open: readonly string[]): Step {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) return { next: i + 1, expected: isKey ? 'colon' : afterValue(open) }
    if (code < 32) return i
    if (code !== 92) continue
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(i + 1, i + 6))) return i
    i++
  }
  return text.length
}

const afterValue = (open: readonly string[]): Expected => (open.length === 0 ? 'end' : 'commaOrClose')

function matchAt(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : null
}
