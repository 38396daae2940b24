/**
 * pure. A cell's Python with IPython's own syntax blanked out, every character at its place, so that a parser of Python
 * reads the rest. Code after `%time` is Python; what magics and shell lines hold is not.
 */

/** Magics whose cells or lines hold Python. */
const PYTHON_CELLS = /^%%(?:time|timeit|capture|prun)\b/
const PYTHON_LINE = /^(\s*)(%(?:time|timeit|prun))(\s+)(?=[\w([])/
const OTHER_LINE = /^(\s*)[%!].*$/
const ASSIGNED = /^(\s*[A-Za-z_][\w, ]*=\s*)([%!].*)$/
const HELP = /^(\s*[\w.]+)(\?{1,2})\s*$/

export interface Masked {
  readonly code: string
  /** Whether anything was blanked out. */
  readonly hidden: boolean
}

/** Null for a cell of another language. */
export function maskedPython(source: string): Masked | null {
  const lines = source.split('\n')
  const first = lines[0] ?? ''
  if (first.startsWith('%%') && !PYTHON_CELLS.test(first)) return null
  const masked = lines.map((line, at) => (at === 0 && line.startsWith('%%') ? blank(line) : maskedLine(line)))
  const code = masked.join('\n')
  return { code, hidden: code !== source }
}

const blank = (text: string): string => `#${' '.repeat(Math.max(0, text.length - 1))}`.slice(0, text.length)

function maskedLine(line: string): string {
  const timed = PYTHON_LINE.exec(line)
  if (timed !== null) {
    const [all, indent = '', magic = '', space = ''] = timed
    return `${indent}0${' '.repeat(magic.length - 1)};${' '.repeat(space.length - 1)}${line.slice(all.length)}`
  }
  if (OTHER_LINE.test(line)) return blank(line)
  const assigned = ASSIGNED.exec(line)
  if (assigned !== null) {
    const [, target = '', rest = ''] = assigned
    return `${target}0${' '.repeat(rest.length - 1)}`
  }
  return line.replace(HELP, (_, name: string, marks: string) => name + ' '.repeat(marks.length))
}
