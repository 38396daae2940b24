/**
 * The command line: which command was meant, and only that one's code is loaded, so that `yesterday log` does not wait
 * for the parts that serve pages.
 */
import { Command } from 'commander'
import { reportRejections } from './process-faults.ts'
import { projectRoot } from './project-root.ts'

type Register = (program: Command) => void

const commands: Readonly<Record<string, () => Promise<Register>>> = {
  serve: async () => (await import('./serve.ts')).registerServe,
  hub: async () => (await import('./hub.ts')).registerHub,
  bridge: async () => (await import('./serve.ts')).registerBridge,
  run: async () => (await import('./run.ts')).registerRun,
  sweep: async () => (await import('./sweep.ts')).registerSweep,
  log: async () => (await import('./log.ts')).registerLog,
  show: async () => (await import('./show.ts')).registerShow,
  output: async () => (await import('./output.ts')).registerOutput,
  why: async () => (await import('./why.ts')).registerWhy,
  diff: async () => (await import('./diff.ts')).registerDiff,
  checkpoint: async () => (await import('./checkpoint.ts')).registerCheckpoint,
  export: async () => (await import('./export.ts')).registerExport,
  slice: async () => (await import('./slice.ts')).registerSlice,
  replay: async () => (await import('./replay.ts')).registerReplay,
  since: async () => (await import('./since.ts')).registerSince,
  move: async () => (await import('./move.ts')).registerMove,
  restore: async () => (await import('./restore.ts')).registerRestore,
  check: async () => (await import('./check.ts')).registerCheck,
  gc: async () => (await import('./gc.ts')).registerGc,
  predict: async () => (await import('./predict.ts')).registerPredict,
  status: async () => (await import('./status.ts')).registerStatus,
  kernels: async () => (await import('./kernels.ts')).registerKernels,
  redact: async () => (await import('./redact.ts')).registerRedact,
  fsck: async () => (await import('./fsck.ts')).registerFsck,
  backup: async () => (await import('./backup.ts')).registerBackup,
  verify: async () => (await import('./verify.ts')).registerVerify,
  env: async () => (await import('./env.ts')).registerEnv,
  connections: async () => (await import('./connections.ts')).registerConnections,
  hosts: async () => (await import('./hosts.ts')).registerHosts,
  'jupyter-servers': async () => (await import('./jupyter-servers.ts')).registerJupyterServers,
  slurm: async () => (await import('./slurm.ts')).registerSlurm,
  token: async () => (await import('./token.ts')).registerToken,
  'diff-driver': async () => (await import('./diff-driver.ts')).registerDiffDriver,
  'merge-driver': async () => (await import('./merge-driver.ts')).registerMergeDriver,
  members: async () => (await import('./members.ts')).registerMembers,
  audit: async () => (await import('./audit.ts')).registerAudit,
}

const forAll = new Set(['help', '--help', '-h', '--version', '-V'])

/** The commands to load for these words: one, or all where help is asked for. A folder alone means `serve`. */
export function wanted(words: readonly string[]): readonly string[] {
  const [first] = words
  if (first !== undefined && forAll.has(first)) return Object.keys(commands)
  return [first !== undefined && Object.hasOwn(commands, first) ? first : 'serve']
}

/** Commands that end leftovers themselves, or that look at no project. */
const ownLeftovers = new Set([
  'serve',
  'hub',
  'bridge',
  'fsck',
  'token',
  'audit',
  'diff-driver',
  'merge-driver',
])

/** What a killed program left in the project ends with the next command there; some do it themselves and say so. */
async function endLeftovers(command: Command): Promise<void> {
  const { root, stop } = command.opts()
  if (ownLeftovers.has(command.name()) || stop) return
  const notebook = command.args.find((word) => word.endsWith('.ipynb'))
  const folder = projectRoot({ root: typeof root === 'string' ? root : undefined, notebook })
  await (await import('./leftovers.ts')).endLeftovers(folder)
}

async function main(words: readonly string[]): Promise<void> {
  const program = new Command('yesterday')
    .description('A notebook that remembers everything that made a result.')
    .version('0.1.0')
    .showHelpAfterError('(see yesterday --help)')
  program.hook('preAction', (_, command) => endLeftovers(command))
  for (const name of wanted(words)) (await commands[name]?.())?.(program)
  await program.parseAsync([...words], { from: 'user' })
}

reportRejections()
await main(process.argv.slice(2))
