/** `npm run fuzz -- [--minutes N] [--seed N] [TARGET…]`: feeds targets, one after another, for N minutes in sum. */
import { parseArgs } from 'node:util'
import { fuzz } from './harness.ts'
import { targets } from './targets.ts'

/** Inputs of one round; the clock is looked at between rounds. */
const ROUND = 200

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string' } },
  allowPositionals: true,
})
const names = positionals.length === 0 ? Object.keys(targets) : positionals
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
const msEach = (Number(values.minutes) * 60_000) / names.length
if (!Number.isFinite(seed) || !(msEach > 0)) throw new Error('--minutes and --seed take a number')

process.stdout.write(`seed ${seed}\n`)
for (const name of names) {
  const until = performance.now() + msEach
  const { inputs, refused, slowestMs, fault } = await fuzz(name, { seed, inputs: ROUND, until })
  const figures = `${inputs} inputs, ${refused} refused, slowest turn ${slowestMs.toFixed(0)} ms`
  process.stdout.write(`${fault === null ? 'ok    ' : 'FAILED'} ${name}: ${figures}\n`)
  if (fault === null) continue
  process.stdout.write(`${fault.why}\nThe input is kept in ${fault.file}\n`)
  process.exitCode = 1
}
