/**
 * pure. A cell's source as plain Python that does the same: shell lines by `subprocess`, the magics that change what
 * follows (`%cd`, `%env`, `%run`, `%%writefile`) by the standard library. Other magics only show or measure, and become
 * comments. Invariant: source without such lines comes back as it is.
 */

import { sqlHeader } from '../../contract/sql-cell.ts'
import { commentMagics } from '../document/magics.ts'
import { linesInStrings } from '../document/python-lines.ts'

const python = { name: 'python', extension: '.py', comment: '#' }

export function plainPython(source: string): string {
  const [head = '', ...body] = source.split('\n')
  const [, magic, rest = ''] = /^%%(\w+)\s*(.*)$/.exec(head) ?? []
  switch (magic) {
    case undefined:
      return lines(source)
    case 'time':
    case 'timeit':
    case 'prun':
    case 'capture':
      return `# ${head}\n${lines(body.join('\n'))}`
    case 'writefile':
    case 'file':
      return writeFile(rest, body.join('\n'))
    case 'bash':
    case 'sh':
    case '!':
      return `__import__('subprocess').run([${text(magic === 'sh' ? 'sh' : 'bash')}, '-c', ${text(body.join('\n'))}])`
    case 'sql':
      return sqlOnDuckDb(source, body.join('\n')) ?? allComments(source)
    default:
      return allComments(source)
  }
}

const allComments = (source: string) =>
  source
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n')

/** A SQL cell on DuckDB; null where it runs on another connection, or has more than plain parameters. */
function sqlOnDuckDb(source: string, sql: string): string | null {
  const header = sqlHeader(source)
  if (header === null || header.connection !== null || /\{%|\{\{\s*\w+\s*\|/.test(sql)) return null
  const names = [...new Set([...sql.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)].map(([, name]) => name))]
  const bound = text(sql.replace(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, '$$$1'))
  const values = names.length === 0 ? '' : `, {${names.map((name) => `'${name}': ${name}`).join(', ')}}`
  const call = `__import__('duckdb').execute(${bound}${values}).df()`
  return header.result === null ? call : `${header.result} = ${call}`
}

function lines(source: string): string {
  const inString = linesInStrings(source)
  const lines = source.split('\n').map((line, index) => (inString[index] ? line : (statement(line) ?? line)))
  return commentMagics(lines.join('\n'), python)
}

/** The same as a statement; null of a line that is Python, or only shows something. */
function statement(line: string): string | null {
  const [, space = '', name, sign, rest = ''] = /^(\s*)(?:([A-Za-z_]\w*)\s*=\s*)?([!%])(.+)$/.exec(line) ?? []
  if (sign === '!') return `${space}${name === undefined ? shell(rest) : `${name} = ${shellLines(rest)}`}`
  if (sign !== '%' || name !== undefined) return null
  const [, magic, words = ''] = /^(\w+)\s*(.*)$/.exec(rest) ?? []
  const code = lineMagic(magic, words.trim())
  return code === null ? null : space + code
}

function lineMagic(magic: string | undefined, words: string): string | null {
  switch (magic) {
    case 'cd':
      return `__import__('os').chdir(${text(words === '' ? '~' : unquoted(words))})`
    case 'env':
    case 'set_env': {
      const [, name, value] = /^(\w+)\s*[= ]\s*(.*)$/.exec(words) ?? []
      return name === undefined ? null : `__import__('os').environ[${text(name)}] = ${text(value ?? '')}`
    }
    case 'run':
      return `globals().update(__import__('runpy').run_path(${text(unquoted(words.split(/\s/)[0] ?? ''))}, run_name='__main__'))`
    case 'pip':
      return `__import__('subprocess').run([__import__('sys').executable, '-m', 'pip', *${text(words)}.split()])`
    case 'system':
    case 'sx':
      return shell(words)
    default:
      return null
  }
}

const shell = (command: string) => `__import__('subprocess').run(${text(command.trim())}, shell=True)`

const shellLines = (command: string) =>
  `__import__('subprocess').run(${text(command.trim())}, shell=True, capture_output=True, text=True).stdout.splitlines()`

function writeFile(words: string, body: string): string {
  const mode = /^-a\s/.test(words) ? 'a' : 'w'
  const path = unquoted(words.replace(/^-a\s+/, '').trim())
  return `with open(${text(path)}, '${mode}') as file:\n    file.write(${text(`${body}\n`)})`
}

const unquoted = (word: string) => word.replace(/^(['"])(.*)\1$/, '$2')

/** A JSON string is a string of Python. */
const text = (value: string) => JSON.stringify(value)
