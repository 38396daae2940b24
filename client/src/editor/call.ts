/**
 * pure. The surroundings of the caret, without the kernel: the call that is being written, and
 * a signature as IPython's `inspect_reply` prints it. Invariant: all offsets are UTF-16; no input makes it slow.
 */

/** The innermost call that is open at the caret. */
export interface OpenCall {
  /** Where the callee's name ends: the place to ask the kernel about. */
  readonly callee: number
  /** Place of the argument that the caret is in, from 0. */
  readonly argument: number
}

const closers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
const MOST = 20_000

/** The call around `offset`; null where none is open. Quotes and comments hide brackets, as in Python. */
export function openCall(source: string, offset: number): OpenCall | null {
  const stack: { at: number; bracket: string; commas: number }[] = []
  const text = source.slice(Math.max(0, offset - MOST), offset)
  const shift = offset - text.length
  for (const { at, sign } of signsOf(text)) {
    if (sign === ',') {
      const top = stack.at(-1)
      if (top !== undefined) top.commas++
    } else if (sign in closers) {
      if (stack.at(-1)?.bracket === closers[sign]) stack.pop()
    } else stack.push({ at, bracket: sign, commas: 0 })
  }
  const open = stack.findLast(({ bracket }) => bracket === '(')
  if (open === undefined || !/[\w\])]$/u.test(text.slice(0, open.at).trimEnd())) return null
  return { callee: shift + text.slice(0, open.at).trimEnd().length, argument: open.commas }
}

const token =
  /'''[\s\S]*?(?:'''|$)|"""[\s\S]*?(?:"""|$)|'(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?|#.*|[()[\]{},]/g

function* signsOf(text: string): Generator<{ readonly at: number; readonly sign: string }> {
  for (const match of text.matchAll(token)) {
    const [sign] = match
    if (sign.length === 1 && sign !== "'" && sign !== '"' && sign !== '#') yield { at: match.index, sign }
  }
}

/** A signature and its parameters as they are written. */
export interface Signature {
  readonly label: string
  readonly parameters: readonly string[]
  readonly documentation: string
}

/** The signature in the text of an inspection; null if it has none. */
export function signatureIn(inspected: string): Signature | null {
  const found = /^(?:Init signature|Signature|Call signature):\s*/m.exec(inspected)
  if (found === null) return null
  const rest = inspected.slice(found.index + found[0].length)
  const label = rest.slice(0, endOfCall(rest)).replace(/\s*\n\s*/g, ' ')
  return { label, parameters: parametersOf(label), documentation: docstringIn(inspected) }
}

/** From its heading to the next one. */
function docstringIn(inspected: string): string {
  const [, after = ''] = inspected.split(/^(?:Init )?[Dd]ocstring:[ \t]*/m)
  const [docstring = ''] = after.split(/\n(?:File|Type|Source|Subclasses|Class docstring|Init docstring):/)
  return docstring.trim()
}

function endOfCall(text: string): number {
  let depth = 0
  for (const { at, sign } of signsOf(text)) {
    if (sign === ',') continue
    depth += sign in closers ? -1 : 1
    if (depth === 0) {
      const line = text.indexOf('\n', at)
      return line === -1 ? text.length : line
    }
  }
  const line = text.indexOf('\n')
  return line === -1 ? text.length : line
}

function parametersOf(label: string): string[] {
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (const { at, sign } of signsOf(label)) {
    if (sign === ',' && depth === 1) {
      parts.push(label.slice(from, at))
      from = at + 1
    } else if (sign in closers) {
      depth--
      if (depth === 0) {
        parts.push(label.slice(from, at))
        break
      }
    } else if (sign !== ',') {
      depth++
      if (depth === 1) from = at + 1
    }
  }
  // `*` and `/` are marks between parameters, and no argument is given for them.
  return parts.map((part) => part.trim()).filter((part) => !['', '*', '/'].includes(part))
}
