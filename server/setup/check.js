/** `npm run check`: format, lint, types, layers, lengths and words, in one go; each problem is shown. */
import { home, packagedNode, run, say } from './command.js'

/** The packaged Node may be installed after this module is loaded: it is looked up when the checks run. */
const checks = () => [
  ['format, lint, import cycles and forbidden imports', 'biome', ['ci', '--error-on-warnings', '.']],
  ['layers and lengths of files', packagedNode(), ['server/setup/check-layers.ts']],
  ['words to avoid', packagedNode(), ['server/setup/check-words.ts']],
  ['types', 'tsc', ['-b', 'kernel-bridge', 'server', 'client', 'e2e']],
]

/** Runs every check; returns how many passed and failed. */
export async function check() {
  const counts = { passed: 0, failed: 0, skipped: 0, which: [] }
  for (const [title, program, words] of checks()) {
    const { code, output } = await run(program, words, { cwd: home })
    say(`${code === 0 ? 'ok    ' : 'FAILED'} ${title}`)
    if (code !== 0) {
      say(output)
      counts.which.push(title)
    }
    counts[code === 0 ? 'passed' : 'failed'] += 1
  }
  return counts
}

if (process.argv[1] === import.meta.filename) {
  say(`checking with Node from ${packagedNode() === process.execPath ? 'the path' : 'the packages'}`)
  const { failed } = await check()
  process.exitCode = failed === 0 ? 0 : 1
}
