/** `yesterday since RUN|CELL`: what is not as it was when it worked, and, on demand, the proof. */
import type { Command } from 'commander'
import { z } from 'zod'
import type { SinceReport } from '../../contract/replay.ts'
import { since } from '../replay/since.ts'
import { isRefused } from '../replay/targets.ts'
import { perform, printJson, printLines, printNote, type Refusal } from './answer.ts'
import { EffectOptions, effectsAllowed, refuseUnnamed, withEffectOptions } from './effect-options.ts'
import { say } from './language.ts'
import { seconds, trustOption } from './option-values.ts'
import { sinceLines } from './replay-text.ts'
import { asRefusal, terminalActor, withWorld } from './replaying.ts'

const Options = EffectOptions.extend({
  good: z.string().optional(),
  where: z.string().optional(),
  prove: z.boolean().default(false),
  timeout: z.number().default(3600),
  trust: z.boolean().default(false),
  json: z.boolean().default(false),
  root: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerSince(program: Command): void {
  withEffectOptions(
    program
      .command('since')
      .argument('<run>', 'a run or its first digits, or the id of a cell: its last run')
      .description('what has changed since it worked'),
  )
    .option(
      '--good <run>',
      'the run that was right (default: the last one that succeeded, or had another result)',
    )
    .option('--where <comparison>', 'the last run that satisfies this, as in "acc > 0.9"')
    .option('--prove', 'prove it: run it again with one difference swapped at a time')
    .option('--timeout <seconds>', 'interrupt a cell that takes longer', seconds)
    .option(...trustOption)
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (run: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, async () => refuseUnnamed(options) ?? sinceWorked(run, options))
    })
}

const examples = `
Examples:
  yesterday since 3f2a                     against the last run of its cell that was right
  yesterday since 3f2a --prove             and try out which difference it is
  yesterday since 3f2a --where "acc > 0.9"

Exit code: 0 a cause was found (with --prove, proved); 1 none was; 2 there is nothing to compare.`

async function sinceWorked(run: string, options: Options): Promise<Refusal | null> {
  const { good, where, prove, timeout, json, root } = options
  const place = { root, trust: options.trust, ...effectsAllowed(options) }
  return withWorld(place, async (world, signal) => {
    const report = await since(
      world,
      { run, good, where },
      {
        prove,
        actor: terminalActor(),
        timeoutSeconds: timeout,
        signal,
        onProgress: ({ now }) => {
          if (!json && now !== null) printNote(now)
        },
      },
    )
    if (isRefused(report)) return asRefusal(report)
    if (json) printJson(report)
    else printLines(sinceLines(report, say))
    process.exitCode = wasFound(report) ? 0 : 1
    return null
  })
}

const wasFound = ({ proof, causes }: SinceReport): boolean =>
  proof === null ? causes.length > 0 : proof.explanation !== null
