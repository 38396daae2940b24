/** `yesterday restore RUN`: a new kernel whose variables are as they were after a run; it lives on, to be worked with. */
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import * as Y from 'yjs'
import { z } from 'zod'
import type { RestoreReport } from '../../contract/replay.ts'
import { isRestored } from '../../contract/replay-words.ts'
import { withHashSeed } from '../replay/interpreter.ts'
import { loadValues } from '../replay/load-values.ts'
import { restore } from '../replay/restore.ts'
import { isRefused, type Refused, wholeRun } from '../replay/targets.ts'
import type { ReplayWorld } from '../replay/world.ts'
import { Session } from '../session/session.ts'
import { perform, printJson, printLines, type Refusal } from './answer.ts'
import { EffectOptions, effectsAllowed, refuseUnnamed, withEffectOptions } from './effect-options.ts'
import { say } from './language.ts'
import { trustOption } from './option-values.ts'
import { restoredLines } from './replay-text.ts'
import { asRefusal, terminalActor, withWorld } from './replaying.ts'

const Options = EffectOptions.extend({
  keep: z.boolean().default(true),
  recompute: z.boolean().default(false),
  /** Names, separated by commas. */
  only: z
    .string()
    .transform((names) => names.split(',').map((name) => name.trim()))
    .pipe(z.array(z.string().min(1)).min(1))
    .optional(),
  trust: z.boolean().default(false),
  json: z.boolean().default(false),
  root: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerRestore(program: Command): void {
  withEffectOptions(
    program
      .command('restore')
      .argument('<run>', 'a run or its first digits')
      .description('a new kernel with the variables as they were after this run'),
  )
    .option('--branch', 'a new session (always so from the command line)')
    .option('--recompute', 'load no stored value: run all again')
    .option('--only <names>', 'only these variables, separated by commas')
    .option('--no-keep', 'end the kernel when the result is printed')
    .option(...trustOption)
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (run: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, async () => refuseUnnamed(options) ?? restoreRun(run, options))
    })
}

const examples = `
Examples:
  yesterday restore 3f2a              a kernel to work with: it prints how
  yesterday restore 3f2a --no-keep    only show what can be restored
  yesterday restore 3f2a --recompute  run again what made them, instead of loading what is stored
  yesterday restore 3f2a --only net,opt   these variables alone

Into the kernel of an open notebook: "Restore" on a run in the page.
Exit code: 0 every variable is what it was; 1 some are not, and are named; 2 nothing could be restored.`

type Restored = RestoreReport & { readonly connectionFile: string | null }

async function restoreRun(run: string, options: Options): Promise<Refusal | null> {
  const { keep, recompute, only, json, root, trust } = options
  const work = async (world: ReplayWorld, signal: AbortSignal) => {
    const report = await restoreInNewKernel(world, run, { keep, recompute, only }, signal)
    if (isRefused(report)) return asRefusal(report)
    if (json) printJson(report)
    else printLines(restoredLines(report, say))
    process.exitCode = report.variables.every(isRestored) ? 0 : 1
    return null
  }
  return withWorld({ root, trust, ...effectsAllowed(options) }, work, { keepKernels: keep })
}

async function restoreInNewKernel(
  world: ReplayWorld,
  prefix: string,
  { keep, recompute, only }: Pick<Options, 'keep' | 'recompute' | 'only'>,
  signal: AbortSignal,
): Promise<Restored | Refused> {
  const { store, kernels, root } = world
  const run = await wholeRun(store.index, prefix)
  if (typeof run !== 'string') return run
  const receipt = await store.index.receipt(run)
  const notebook = receipt?.notebook ?? ''
  const session = new Session({
    kernels: receipt === null ? kernels : withHashSeed(kernels, receipt),
    store,
    doc: new Y.Doc(),
    documentId: null,
    path: () => notebook,
    cwd: () => dirname(join(root, notebook)),
    defaultSpec: async () => (await kernels.specs())[0]?.name ?? 'python3',
    allowStdin: false,
    prewarm: false,
    purpose: { kind: 'restore', of: run },
  })
  const actor = terminalActor()
  const asked = { actor, branch: true, recompute, signal }
  const report =
    only === undefined
      ? await restore(world, session, run, asked)
      : await loadValues(world, session, run, { ...asked, only: only.map((name) => ({ name, as: name })) })
  const connectionFile = keep ? (session.kernel?.here?.connectionFile ?? null) : null
  if (keep && !isRefused(report)) await session.close()
  else session.shutdown(actor)
  await session.settled()
  return isRefused(report) ? report : { ...report, connectionFile }
}
