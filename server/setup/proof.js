/**
 * `npm run proof [ROUNDS]`: kills the server and every command at seeded random moments, ROUNDS times (1,000), also while
 * members join, comment and lose rights, and prints what was left and how quickly the next start was ready, next to the
 * start of an empty project. With 100 rounds or more it fails if the median is over 5 s. The tests do the same with a
 * few rounds, and no time fails them.
 * `npm run proof jupyter [clients] [schema] [services] [cuts]`: suites and clients of others (judges/jupyter.js).
 * `npm run proof corpus [COUNT] [WORDS…]`: notebooks without a seed, replayed and restored (judges/corpus.js).
 * `npm run proof machines`: workers of Dask, Ray and Spark clusters (judges/machines.js).
 * `npm run proof remote [COUNT] [TURN]`: cases of lineage through kernels elsewhere (judges/remote.js).
 * `npm run proof slurm`: kernels in jobs of a real Slurm cluster, until a time limit strikes (judges/slurm.js).
 */
import { join } from 'node:path'
import { home, packagedNode, run } from './command.js'
import { buildClient, installPackages } from './install.js'
import { judgeCorpus } from './judges/corpus.js'
import { judgeJupyter } from './judges/jupyter.js'
import { judgeMachines } from './judges/machines.js'
import { judgeRemote } from './judges/remote.js'
import { judgeSlurm } from './judges/slurm.js'
import { testPythons } from './test-python.js'

if (process.argv[2] === 'jupyter') process.exit(await judgeJupyter())
if (process.argv[2] === 'corpus') process.exit(await judgeCorpus())
if (process.argv[2] === 'machines') process.exit(await judgeMachines())
if (process.argv[2] === 'remote') process.exit(await judgeRemote())
if (process.argv[2] === 'slurm') process.exit(await judgeSlurm())

const rounds = Number(process.argv[2] ?? 1000)
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  console.error('npm run proof [ROUNDS]: a number of rounds, 1 or more')
  process.exit(2)
}
await installPackages()
await buildClient()
const { main: python } = await testPythons()
const env = {
  YESTERDAY_TEST_PYTHON: python,
  YESTERDAY_PYTHON: python,
  YESTERDAY_KILL_ROUNDS: String(rounds),
  YESTERDAY_KILLS: String(rounds),
  YESTERDAY_MEMBER_KILLS: String(rounds),
  YESTERDAY_KILL_PROOF: '1',
}
const playwright = join(home, 'node_modules', '@playwright', 'test', 'cli.js')
const words = [
  playwright,
  'test',
  'crash/verbs.spec.ts',
  'crash/kill.spec.ts',
  'crash/members.spec.ts',
  '--retries',
  '0',
  '--timeout',
  '0',
]
const { code } = await run(packagedNode(), words, { cwd: join(home, 'e2e'), env, show: true })
process.exitCode = code
