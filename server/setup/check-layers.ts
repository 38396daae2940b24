/** Checks that imports go down the layers of `layers.ts`, and that files are short. */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, posix, relative, resolve, sep } from 'node:path'
import { type Layers, layers } from './layers.ts'

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
export function layerProblems({ folder, order }: Layers, sources: Sources): readonly string[] {
  const height = new Map(order.flatMap((names, level) => names.split(' ').map((name) => [name, level])))
  const strangers = new Set<string>()
  const upward: string[] = []
  for (const [path, text] of sources) {
    const from = topOf(path)
    const own = height.get(from)
    if (own === undefined) strangers.add(from)
    for (const [, , target = ''] of text.matchAll(IMPORT)) {
      const to = topOf(posix.join(posix.dirname(path), target))
      if (own === undefined || (height.get(to) ?? own) <= own) continue
      upward.push(`${folder}/${path} imports ${target}, which is in a higher layer: ${from} → ${to}.`)
    }
  }
  return [
    ...[...strangers].map((name) => `${folder}/${name} is in no layer: add it to server/setup/layers.ts.`),
    ...upward,
  ]
}

const topOf = (path: string): string => path.split('/')[0] ?? ''

/** The problems of files that are too long; paths are below the repository. */
export function lengthProblems(sources: Sources): readonly string[] {
  const lengths = [...sources].map(([path, text]) => [path, text.split('\n').length - 1] as const)
  return lengths
    .filter(([, lines]) => lines > MAX_LINES)
    .map(([path, lines]) => `${path} has ${lines} lines, not ${MAX_LINES}: split it.`)
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
    ...lengthProblems(all),
  ]
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
