/**
 * The notebooks of `kernel-bridge/agent/tests/corpus`, none of which has a seed.
 *
 * `## name | cause` opens a template, where `cause` is a pattern of the cause that a replay may name; without it, or with
 * `-`, every cell has to come out as it was. Lines `@key = one ~~ two` follow: each alternative makes a notebook of its own, in
 * which `$key` is replaced. `--` separates cells. `-- next` opens the last cell, whose output is also that of the same
 * code in a kernel that was restored to the state before it. `$server` is the address of the proof's own server.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface CorpusNotebook {
  readonly name: string
  /** Which causes of a difference are right; null where there has to be none. */
  readonly cause: RegExp | null
  readonly cells: readonly string[]
  /** Whether the last cell is compared with the same code in a restored kernel. */
  readonly hasNext: boolean
}

const folder = join(import.meta.dirname, '../../../kernel-bridge/agent/tests/corpus')

/** All notebooks, in the order of the files. */
export async function readCorpus(): Promise<readonly CorpusNotebook[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n## ').slice(1).flatMap(notebooksOf))
}

function notebooksOf(block: string): readonly CorpusNotebook[] {
  const [head = '', ...lines] = block.split('\n')
  const [title = '', cause = ''] = splitOnce(head, '|')
  const keys = lines.slice(
    0,
    Math.max(
      0,
      lines.findIndex((line) => !/^@\w+ = /.test(line)),
    ),
  )
  const alternatives = keys.map((line) => {
    const [key, values] = splitOnce(line.slice(1), '=')
    return { key, values: values.split(' ~~ ').map((value) => value.trim()) }
  })
  const body = lines.slice(keys.length).join('\n')
  const count = Math.max(1, ...alternatives.map(({ values }) => values.length))
  return Array.from({ length: count }, (_, place) => {
    const filled = (text: string): string =>
      alternatives.reduce(
        (all, { key, values }) => all.replaceAll(`$${key}`, () => values[place] ?? ''),
        text,
      )
    const [before = '', next] = filled(body).split('\n-- next\n')
    const cells = [...before.split('\n--\n'), ...(next === undefined ? [] : [next])]
    const named = filled(cause)
    return {
      name: filled(title),
      cause: named === '' || named === '-' ? null : new RegExp(named, 'i'),
      cells: cells.map((cell) => cell.replace(/^\n+|\n+$/g, '')),
      hasNext: next !== undefined,
    }
  })
}

function splitOnce(text: string, by: string): readonly [string, string] {
  const place = text.indexOf(by)
  return place < 0 ? [text.trim(), ''] : [text.slice(0, place).trim(), text.slice(place + by.length).trim()]
}
