/** Checks that imports go down the layers of `layers.ts`, and that files are short. */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, posix, relative, resolve, sep } from 'node:path'
import { type Layers, layers, longFiles } from './layers.ts'

const home = resolve(import.meta.dirname, '../..')
const MAX_LINES = 400
const CODE = new Set(['.ts', '.tsx', '.js', '.py'])
const SOURCES = ['client', 'server', 'kernel-bridge', 'e2e']
const GENERATED = new Set(['node_modules', 'dist', '.build', 'corpus', 'goldens', 'test-results'])
/** `import … from './x.ts'`, `export … from`, `import './x.css'`, `import('./x.ts')`; types too. */
const IMPORT = /(?:\bfrom|\bimport\(|^import)\s*(['"])(\.{1,2}\/[^'"]+)\1/gm

/** Source texts by path. */
type Sources = Iterable<readonly [path: string, text: string]>

/** The problems of a package, whose sources have their paths below its folder. */
export function layerProblems({ folder, order, exceptions }: Layers, sources: Sources): readonly string[] {
  const height = new Map(order.flatMap((names, level) => names.split(' ').map((name) => [name, level])))
  const strangers = new Set<string>()
  const upward = new Map<string, string[]>()
  for (const [path, text] of sources) {
    const from = topOf(path)
    const own = height.get(from)
    if (own === undefined) strangers.add(from)
    for (const [, , target = ''] of text.matchAll(IMPORT)) {
      const to = topOf(posix.join(posix.dirname(path), target))
      if (own === undefined || (height.get(to) ?? own) <= own) continue
      const pair = `${from} → ${to}`
      upward.set(pair, [...(upward.get(pair) ?? []), `    ${folder}/${path} imports ${target}`])
    }
  }
  return [
    ...[...strangers].map((name) => `${folder}/${name} is in no layer: add it to server/setup/layers.ts.`),
    ...countProblems(folder, upward, exceptions),
  ]
}

const topOf = (path: string): string => path.split('/')[0] ?? ''

function countProblems(
  folder: string,
  upward: ReadonlyMap<string, readonly string[]>,
  exceptions: Layers['exceptions'],
): readonly string[] {
  const pairs = new Set([...upward.keys(), ...Object.keys(exceptions)])
  return [...pairs].flatMap((pair) => {
    const found = upward.get(pair) ?? []
    const allowed = exceptions[pair] ?? 0
    if (found.length === allowed) return []
    if (found.length < allowed)
      return [
        `${folder}: '${pair}' is ${found.length} now, not ${allowed}: set it in server/setup/layers.ts.`,
      ]
    return [`${folder}: '${pair}' goes up the layers ${found.length} times, not ${allowed}:`, ...found]
  })
}

/** The problems of files that are too long; paths are below the repository. */
export function lengthProblems(
  sources: Sources,
  allowed: Readonly<Record<string, number>>,
): readonly string[] {
  const lengths = new Map([...sources].map(([path, text]) => [path, text.split('\n').length - 1]))
  const tooLong = [...lengths].filter(([path, lines]) => lines > (allowed[path] ?? MAX_LINES))
  const settled = Object.keys(allowed).filter((path) => (lengths.get(path) ?? 0) <= MAX_LINES)
  return [
    ...tooLong.map(
      ([path, lines]) => `${path} has ${lines} lines, not ${allowed[path] ?? MAX_LINES}: split it.`,
    ),
    ...settled.map((path) => `${path} is short now: remove it from server/setup/layers.ts.`),
  ]
}

/** Each text below a folder whose name ends so, without generated ones; paths are those below `below`. */
export function* filesBelow(
  folder: string,
  endings: ReadonlySet<string>,
  below = folder,
): Generator<readonly [string, string]> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !GENERATED.has(entry.name)) yield* filesBelow(path, endings, below)
    else if (entry.isFile() && endings.has(extname(entry.name)))
      yield [relative(below, path).split(sep).join('/'), readFileSync(path, 'utf8')]
  }
}

if (process.argv[1] === import.meta.filename) {
  const all = SOURCES.flatMap((name) => [...filesBelow(join(home, name), CODE, home)])
  const problems = [
    ...layers.flatMap((layer) => layerProblems(layer, filesBelow(join(home, layer.folder), CODE))),
    ...lengthProblems(all, longFiles),
  ]
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
