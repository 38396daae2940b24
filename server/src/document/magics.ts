/**
 * pure. IPython's own lines (`%matplotlib`, `!pip`, `name?`) are no Python: in a script they are comments. Which
 * lines, and how, is Jupytext's, so that it can take the comments off again: a comment that only looks like such a line
 * gets one mark more (https://jupytext.readthedocs.io/en/latest/advanced-options.html#magic-commands).
 */
import type { Language } from './language.ts'
import { linesInStrings } from './python-lines.ts'

const MARKS = String.raw`^\s*(?:# ?)*`
const FOREIGN: readonly RegExp[] = [
  new RegExp(`${MARKS}%{1,3}[a-zA-Z]`),
  new RegExp(String.raw`${MARKS}\s*[!?]\s*[\w.~$\\/{}]`),
  new RegExp(String.raw`${MARKS}\S*\?\s*$`),
  new RegExp(String.raw`${MARKS}\s*[a-zA-Z_]\w*\s*=\s*[%!]+[a-zA-Z]`),
  // What a reader would take for the start of a cell: the comment keeps its mark there, which is better than a cell cut in two.
  new RegExp(String.raw`${MARKS}# ?%%(?:%*\s|$)`),
]

/** Cell magics whose body is Python still. */
const OF_PYTHON: ReadonlySet<string> = new Set(['capture', 'prun', 'time', 'timeit'])

/** The magic that a cell is given to as a whole, and its first line's end: `%%bash -x` is `bash` with ` -x`. */
export function cellMagic(source: string): { readonly name: string; readonly rest: string } | null {
  const [, name, rest = ''] = /^%%([a-zA-Z]\w*)(.*)/.exec(source) ?? []
  return name === undefined || OF_PYTHON.has(name) ? null : { name, rest }
}

/** A code cell's source with all lines that are no Python as comments. */
export function commentMagics(source: string, language: Language): string {
  if (language.name !== 'python') return source
  const inString = linesInStrings(source)
  let goesOn = false
  const lines = source.split('\n').map((line, index) => {
    const isForeign = goesOn || (!inString[index] && FOREIGN.some((pattern) => pattern.test(line)))
    goesOn = isForeign && /\\\s*$/.test(line)
    return isForeign ? line.replace(/^\s*/, '$&# ') : line
  })
  return lines.join('\n')
}

/** Text as comment lines. */
export function asComment(text: string, { comment }: Language): string {
  return text
    .split('\n')
    .map((line) => `${comment} ${line}`.trimEnd())
    .join('\n')
}
