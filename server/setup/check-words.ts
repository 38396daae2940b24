/**
 * Checks that no folder has more words of the private dialect than `word-counts.json` allows. With `--shrink` it lowers the
 * counts to what the folders have now; it never raises one.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { filesBelow } from './check-layers.ts'
import { type Avoided, avoided } from './words.ts'

const home = resolve(import.meta.dirname, '../..')
const COUNTS = join(import.meta.dirname, 'word-counts.json')
const TEXTS = new Set(['.ts', '.tsx', '.js', '.py', '.css', '.html', '.md'])
const FOLDERS = ['client', 'server', 'kernel-bridge', 'e2e', 'docs']
/** The list itself and its test have every word. */
const EXEMPT = new Set(['server/setup/words.ts', 'server/test/setup/words.test.ts'])
/** Between the words of a phrase: spaces, or a line break and comment marks. */
const GAP = '(?:[ \\t]+|[ \\t]*\\r?\\n[ \\t]*(?:\\*|//+|#)?[ \\t]*)'

/** Texts by path below the repository. */
type Texts = Iterable<readonly [path: string, text: string]>
/** How many avoided words each folder has or may have. */
type Counts = Readonly<Record<string, number>>
interface Hit {
  readonly folder: string
  /** With path, line, the word and what to write instead. */
  readonly line: string
}

/** Every avoided word in the texts. */
export function wordHits(texts: Texts, list: readonly Avoided[] = avoided): readonly Hit[] {
  const patterns = list.map(({ words, instead }) => ({ pattern: patternOf(words), instead }))
  return [...texts].flatMap(([path, text]) =>
    patterns.flatMap(({ pattern, instead }) =>
      [...text.matchAll(pattern)].map((match) => ({
        folder: folderOf(path),
        line: `    ${path}:${lineAt(text, match.index)} “${match[0].replace(/\s+/g, ' ')}”: write ${instead}`,
      })),
    ),
  )
}

/** Matches the words alone, and as a part of a name in camel, snake or capital case. */
function patternOf(words: string): RegExp {
  const forms = words.split('|').flatMap((phrase) => {
    const text = phrase.replaceAll(' ', GAP)
    const first = text.slice(0, 1)
    const capital = `${first.toUpperCase()}${text.slice(1)}`
    const lower = `(?<![A-Za-z])(?:${text}|${capital})(?![a-z])`
    return [lower, `(?<=[a-z])${capital}(?![a-z])`, `(?<![A-Za-z])${phrase.toUpperCase()}(?![A-Za-z])`]
  })
  return new RegExp(`(?:${forms.join('|')})(?!-(?:in|alone)\\b)`, 'g')
}

/** The folder that has the allowance: a package's own (`client/src`), `docs`, `e2e`, or `.`. */
function folderOf(path: string): string {
  const [top = '', next = '', ...rest] = path.split('/')
  if (next === '') return '.'
  return ['docs', 'e2e'].includes(top) || rest.length === 0 ? top : `${top}/${next}`
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** The problems of hits that are more, or fewer, than allowed. */
export function wordProblems(hits: readonly Hit[], allowed: Counts): readonly string[] {
  const found = countOf(hits)
  const folders = new Set([...Object.keys(found), ...Object.keys(allowed)])
  return [...folders].flatMap((folder) => {
    const now = found[folder] ?? 0
    const limit = allowed[folder] ?? 0
    if (now === limit) return []
    if (now < limit)
      return [`${folder}: ${now} avoided words, not ${limit}: run node server/setup/check-words.ts --shrink.`]
    const lines = hits.filter((hit) => hit.folder === folder).map(({ line }) => line)
    return [`${folder}: ${now} avoided words, not ${limit}; replace those that are new:`, ...lines]
  })
}

function countOf(hits: readonly Hit[]): Counts {
  const counts: Record<string, number> = {}
  for (const { folder } of hits) counts[folder] = (counts[folder] ?? 0) + 1
  return counts
}

/** The allowances, lowered to what is found; a folder without hits has none. */
export function shrunk(hits: readonly Hit[], allowed: Counts): Counts {
  const found = countOf(hits)
  const lowered = Object.entries(allowed).map(([folder, limit]): [string, number] => [
    folder,
    Math.min(limit, found[folder] ?? 0),
  ])
  return Object.fromEntries(lowered.filter(([, count]) => count > 0))
}

function* repositoryTexts(): Generator<readonly [string, string]> {
  yield ['README.md', readFileSync(join(home, 'README.md'), 'utf8')]
  for (const folder of FOLDERS)
    for (const text of filesBelow(join(home, folder), TEXTS, home)) if (!EXEMPT.has(text[0])) yield text
}

if (process.argv[1] === import.meta.filename) {
  const hits = wordHits(repositoryTexts())
  const allowed: Counts = JSON.parse(readFileSync(COUNTS, 'utf8'))
  const shrinks = process.argv.includes('--shrink')
  const limits = shrinks ? shrunk(hits, allowed) : allowed
  if (shrinks) writeFileSync(COUNTS, `${JSON.stringify(limits, null, 2)}\n`)
  const problems = wordProblems(hits, limits)
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
