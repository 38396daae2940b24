/**
 * `node test/corpus/main.ts [COUNT] [WORDS …]`: the notebooks of the corpus, or COUNT of them, spread over all, or those
 * whose names have these words; each run, replayed and restored. `npm run proof corpus` starts it. It prints a line for
 * each notebook with what is not as it should be, then the sums; its code is 0 if at least 99 % of the cells are as they
 * were or have their cause named, and every restored value is what it was.
 */
import { python } from '../session/house.ts'
import { type CorpusVerdict, judgeNotebook } from './judge.ts'
import { type CorpusNotebook, readCorpus } from './notebooks.ts'
import { startServer } from './project.ts'

/** Notebooks at once. */
const LANES = 2
const GOAL = 0.99

if (python === null) throw new Error('Set YESTERDAY_TEST_PYTHON to a Python with ipykernel')
const asked = process.argv.slice(2)
const count = /^\d+$/.test(asked[0] ?? '') ? Number(asked.shift()) : null
const named = (await readCorpus()).filter(({ name }) => asked.every((word) => name.includes(word)))
const chosen =
  count === null || count >= named.length
    ? named
    : Array.from({ length: count }, (_, n) => named[Math.floor(((n + 0.5) * named.length) / count)]).filter(
        (one) => one !== undefined,
      )

const server = await startServer()
const verdicts: CorpusVerdict[] = []
const waiting = [...chosen]
await Promise.all(Array.from({ length: LANES }, lane))
server.close()
process.exitCode = report(verdicts) ? 0 : 1

async function lane(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const verdict = await judgeNotebook(next, server.address)
    verdicts.push(verdict)
    process.stdout.write(`${linesOf(next, verdict).join('\n')}\n`)
  }
}

function linesOf({ name }: CorpusNotebook, verdict: CorpusVerdict): readonly string[] {
  const { cells, identical, equal, explained, variables, restored, sameNext, notRestorable, faults } = verdict
  const cellWords = `${identical} + ${equal} equal + ${explained} explained of ${cells} cells`
  const next = sameNext === null ? '' : `, next step ${sameNext ? 'the same' : 'DIFFERENT'}`
  return [
    `${name}: ${cellWords}, ${restored} of ${variables} variables${next}`,
    ...notRestorable.map((line) => `    not restorable: ${line}`),
    ...faults.map((fault) => `  - ${fault}`),
  ]
}

function report(all: readonly CorpusVerdict[]): boolean {
  const sum = (of: (verdict: CorpusVerdict) => number): number =>
    all.reduce((total, one) => total + of(one), 0)
  const cells = sum((one) => one.cells)
  const [same, equal, explained] = [
    sum((one) => one.identical),
    sum((one) => one.equal),
    sum((one) => one.explained),
  ]
  const [variables, restored] = [sum((one) => one.variables), sum((one) => one.restored)]
  const unrestorable = sum((one) => one.notRestorable.length)
  const nexts = all.filter(({ sameNext }) => sameNext !== null)
  const failing = all.filter(({ faults }) => faults.length > 0).length
  const percent = (part: number, whole: number): string =>
    `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`
  const lines = [
    '',
    `${all.length} notebooks, ${failing} with a fault`,
    `cells            ${cells}`,
    `identical        ${same} (${percent(same, cells)}), equal within tolerance ${equal}`,
    `cause named      ${explained} of ${cells - same - equal} others`,
    `restored equal   ${restored} of ${variables} variables (${percent(restored, variables)}), ${unrestorable} named as not restorable`,
    `next step equal  ${nexts.filter(({ sameNext }) => sameNext).length} of ${nexts.length}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return (
    failing === 0 || (same + equal + explained >= GOAL * cells && nexts.every(({ sameNext }) => sameNext))
  )
}
