/** `yesterday replay TARGET`: runs the past again in a scratch copy, and says whether it comes out the same. */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { AppliedFile, JobProgress, ReplayPlan, Verdict, WrittenDiff } from '../../contract/replay.ts'
import { identifyFile } from '../document/identity/project-notebooks.ts'
import { applyWritten } from '../replay/apply.ts'
import { prepareReplay } from '../replay/ready-replay.ts'
import { replay } from '../replay/replay.ts'
import { isRefused } from '../replay/targets.ts'
import { diffWritten } from '../replay/written-diff.ts'
import { perform, printJson, printLines, printNote, type Refusal } from './answer.ts'
import { EffectOptions, effectsAllowed, refuseUnnamed, withEffectOptions } from './effect-options.ts'
import { say } from './language.ts'
import { seconds, trustOption } from './option-values.ts'
import { projectRoot } from './project-root.ts'
import { appliedLines, MOST_WRITTEN, planLines, reportLines } from './replay-text.ts'
import { asRefusal, targetOfWords, terminalActor, withWorld } from './replaying.ts'

const Options = EffectOptions.extend({
  dryRun: z.boolean().default(false),
  env: z.boolean().default(false),
  clock: z.enum(['recorded', 'live']).default('recorded'),
  only: z.array(z.string()).default([]),
  apply: z.array(z.string()).default([]),
  diff: z.boolean().default(false),
  timeout: z.number().default(3600),
  live: z.boolean().default(false),
  trust: z.boolean().default(false),
  json: z.boolean().default(false),
  root: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** The exit code of each verdict. */
export const exitCodes: Readonly<Record<Verdict, number>> = {
  identical: 0,
  equal: 0,
  different: 1,
  failed: 2,
}

/** Adds the command. */
export function registerReplay(program: Command): void {
  withEffectOptions(
    program
      .command('replay')
      .argument('<target>', 'a run or its first digits, RUN:NAME, session:ID, or a notebook')
      .description('run the past again in a copy, and compare the results'),
  )
    .option('--dry-run', 'print the plan and run nothing')
    .option('--only <cell...>', 'only these cells, by place or id, with what they need')
    .option('--apply <file...>', 'write these files to the disk, as the replay wrote them')
    .option('--diff', 'show what it wrote as a diff from the files on disk')
    .option('--env', 'with the recorded versions of packages, where pip can get them')
    .addOption(
      new Option('--clock <which>', 'the time that the code reads')
        .choices(['recorded', 'live'])
        .default('recorded'),
    )
    .option('--live', 'ask the network in place of the recorded answers, and compare')
    .option('--timeout <seconds>', 'interrupt a cell that takes longer', seconds)
    .option(...trustOption)
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (target: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => replayTarget(target, options))
    })
}

const examples = `
Examples:
  yesterday replay train.ipynb             the session in which it was last run
  yesterday replay 3f2a                    what made this run, and the run
  yesterday replay 3f2a --dry-run          only the plan
  yesterday replay train.ipynb --only 4 7  two cells, with what they need
  yesterday replay 3f2a --apply out.csv    and keep this file as the replay wrote it

Exit code: 0 identical, or equal within tolerance; 1 different; 2 failed.`

async function replayTarget(words: string, options: Options): Promise<Refusal | null> {
  const notebook = words.endsWith('.ipynb') ? words : undefined
  const place = { root: options.root, notebook, trust: options.trust, ...effectsAllowed(options) }
  return withWorld(place, async (recorded, signal) => {
    const world = options.live ? { ...recorded, isLive: true } : recorded
    const target = targetOfWords(words, projectRoot(place))
    if (target.kind === 'notebook') await identifyFile(world.root, world.store, target.path)
    const ready = await prepareReplay(world, target, options.only)
    if (isRefused(ready)) return asRefusal(ready)
    const unnamed = refuseUnnamed(options, ready.plan.allowable)
    if (unnamed !== null) return unnamed
    if (options.dryRun) {
      if (options.json) printJson(ready.plan)
      else printLines(planLines(ready.plan, say))
      return null
    }
    if (!options.json) printLines(planLines(ready.plan, say))
    let applied: readonly AppliedFile[] = []
    const diffs = new Map<string, WrittenDiff>()
    const here = {
      root: world.root,
      mask: (text: string) => world.store.secrets.mask(text),
      insideOnly: false,
    }
    const report = await replay(world, ready, {
      onWritten: async (_, written) => {
        for (const file of options.diff ? written.slice(0, MOST_WRITTEN) : [])
          diffs.set(file.name, await diffWritten(file, here))
        if (options.apply.length > 0) applied = await applyWritten(world.root, written, options.apply)
        return new Set()
      },
      actor: terminalActor(),
      purpose: { kind: 'replay', of: ofPlan(ready.plan) },
      timeoutSeconds: options.timeout,
      withEnvironment: options.env,
      clock: options.clock,
      signal,
      onProgress: options.json ? () => undefined : printProgress,
    })
    if (options.json)
      printJson({
        ...report,
        ...(options.diff && { diffs: Object.fromEntries(diffs) }),
        ...(options.apply.length > 0 && { applied }),
      })
    else printLines(['', ...reportLines(report, diffs, say), ...appliedLines(applied, say)])
    process.exitCode = exitCodes[report.verdict]
    return null
  })
}

/** What a replay repeats, as its session says it. */
const ofPlan = ({ target, session, steps }: ReplayPlan): string =>
  target.kind === 'run' ? (steps.at(-1)?.run ?? session) : session

function printProgress({ done, total, now }: JobProgress): void {
  if (now !== null) printNote(`running ${done + 1} of ${total}: ${now}`)
}
