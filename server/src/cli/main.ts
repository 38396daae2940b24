/**
 * The command line: which command was meant, and only that one's code is loaded, so that `yesterday log` does not wait
 * for the parts that serve pages.
 */
import { Command } from 'commander'

type Register = (program: Command) => void

const commands: Readonly<Record<string, () => Promise<Register>>> = {
  serve: async () => (await import('./serve.ts')).registerServe,
  run: async () => (await import('./run.ts')).registerRun,
  log: async () => (await import('./log.ts')).registerLog,
  show: async () => (await import('./show.ts')).registerShow,
  why: async () => (await import('./why.ts')).registerWhy,
  diff: async () => (await import('./diff.ts')).registerDiff,
  checkpoint: async () => (await import('./checkpoint.ts')).registerCheckpoint,
  export: async () => (await import('./export.ts')).registerExport,
  slice: async () => (await import('./slice.ts')).registerSlice,
  replay: async () => (await import('./replay.ts')).registerReplay,
  since: async () => (await import('./since.ts')).registerSince,
  restore: async () => (await import('./restore.ts')).registerRestore,
  check: async () => (await import('./check.ts')).registerCheck,
  gc: async () => (await import('./gc.ts')).registerGc,
  kernels: async () => (await import('./kernels.ts')).registerKernels,
  fsck: async () => (await import('./fsck.ts')).registerFsck,
}

const forAll = new Set(['help', '--help', '-h', '--version', '-V'])

/** The commands to load for these words: one, or all where help is asked for. A folder alone means `serve`. */
export function wanted(words: readonly string[]): readonly string[] {
  const [first] = words
  if (first !== undefined && forAll.has(first)) return Object.keys(commands)
  return [first !== undefined && first in commands ? first : 'serve']
}

async function main(words: readonly string[]): Promise<void> {
  const program = new Command('yesterday')
    .description('A notebook that remembers everything that made a result.')
    .version('0.1.0')
    .showHelpAfterError('(see yesterday --help)')
  for (const name of wanted(words)) (await commands[name]?.())?.(program)
  await program.parseAsync([...words], { from: 'user' })
}

await main(process.argv.slice(2))
