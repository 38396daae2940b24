/** The docs name what exists, and what exists is documented. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { expect, test } from 'vitest'

const home = resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(home, file), 'utf8')
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: home })].filter(
  (page) => !page.includes('examples'),
)
const docs = pages.map(read).join('\n')

const matches = (text: string, pattern: RegExp): Set<string> =>
  new Set([...text.matchAll(pattern)].map(([whole, ...parts]) => parts.find(Boolean) ?? whole))
const missing = (wanted: Iterable<string>, present: ReadonlySet<string>) =>
  [...wanted].filter((one) => !present.has(one)).sort()

/** Set by the program for its own processes; no person sets them. `YESTERDAY_SECRET_` is the beginning of names. */
const INTERNAL = new Set([
  'YESTERDAY_SUPERVISED',
  'YESTERDAY_DEV_SERVER',
  'YESTERDAY_LATE_VALUES',
  'YESTERDAY_BUNDLE',
  'YESTERDAY_SECRET',
  'YESTERDAY_JUDGE_PROGRAM',
  'YESTERDAY_CUTS',
])

test('every variable that the code reads is documented, and no other', () => {
  const sources = globSync(
    [
      '{server,kernel-bridge,client}/src/**/*.{ts,tsx}',
      'server/{setup,bin}/**/*.js',
      'kernel-bridge/agent/yesterday_*/*.py',
      'client/*.ts',
      '{server,kernel-bridge}/test/**/*.ts',
      'e2e/{journeys,crash,support}/*.ts',
    ],
    { cwd: home },
  )
  const variable = /\bYESTERDAY(?:_[A-Z]+)+/g
  const own = 'server/test/setup/'
  const code = sources.filter((file) => !file.startsWith(own)).map(read)
  const inCode = matches(code.join('\n'), variable)
  const inDocs = matches(docs, variable)
  expect(missing(inCode, new Set([...inDocs, ...INTERNAL]))).toEqual([])
  expect(missing(inDocs, new Set([...inCode, ...INTERNAL]))).toEqual([])
})

/** Not in a fresh clone. */
const BUILT = new Set(['client/dist'])

test('every file that the docs name by its path exists', () => {
  const paths = matches(docs, /`((?:client|server|kernel-bridge|e2e|docs)\/[\w./-]+)`/g)
  expect(paths.size).toBeGreaterThan(30)
  expect([...paths].filter((path) => !BUILT.has(path) && !existsSync(join(home, path)))).toEqual([])
})

/** Folders of the files that a walk names, in order, each once for as long as the walk stays there. */
function foldersOf(walk: string): readonly string[] {
  const files = [...walk.matchAll(/`([a-z-]+\/[\w./-]+)`/g)].map(([, file = '']) => file)
  const folders = files.map((file) => (/\.\w+$/.test(file) ? dirname(file) : file))
  return folders.filter((folder, index) => folder !== folders[index - 1])
}

test('each of the three walks enters a folder at most twice', () => {
  const [, section = ''] = read('docs/architecture.md').split('## Three walks through the code\n')
  const walks = (section.split('\n## ')[0] ?? '').trim().split('\n\n')
  expect(walks).toHaveLength(3)
  for (const walk of walks) {
    const folders = foldersOf(walk)
    expect(folders.length).toBeGreaterThan(2)
    expect([...Map.groupBy(folders, (one) => one)].filter(([, times]) => times.length > 2)).toEqual([])
  }
})

test.each(pages)('links of %s lead to files', (page) => {
  const links = matches(read(page), /\]\((?!https?:|#)([^)#]+)/g)
  expect([...links].filter((link) => !existsSync(join(home, dirname(page), link)))).toEqual([])
})

test('every npm script is documented, and no other', () => {
  const scripts = new Set(Object.keys(JSON.parse(read('package.json')).scripts))
  const named = matches(docs, /npm (?:run ([a-z:]+)|(start|test)(?![\w:]))/g)
  expect(missing(scripts, named)).toEqual([])
  expect(missing(named, scripts)).toEqual([])
})

test('every command of the command line is in the README, and no other', async () => {
  const program = new Command()
  for (const file of globSync('server/src/cli/*.ts', { cwd: home })) {
    const source = read(file)
    if (!/^export function register[A-Z]\w*\(program: Command/m.test(source)) continue
    for (const [name, register] of Object.entries(await import(join(home, file))))
      if (name.startsWith('register') && typeof register === 'function') register(program)
  }
  const names = new Set(program.commands.map((command) => command.name()))
  expect(names.size).toBeGreaterThan(15)
  const named = matches(read('README.md'), /^\| `npx yesterday ([a-z-]+)/gm)
  expect(missing(names, named)).toEqual([])
  expect(missing(named, names)).toEqual([])
  const options = program.commands.flatMap((command) => command.options.map(({ long }) => long ?? ''))
  const namedOptions = matches(docs, /(--[a-z][a-z-]*)/g)
  expect(missing(options, namedOptions)).toEqual([])
})
