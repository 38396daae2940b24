/** `yesterday check`: whether recorded results still come out the same; for a line of cron, or a build. */
import type { Command } from 'commander'
import { z } from 'zod'
import type { ReplayReport, Verdict } from '../../contract/replay.ts'
import { notebookIdAt } from '../document/identity/project-notebooks.ts'
import { lastGoodSessions } from '../replay/good-sessions.ts'
import { prepareReplay } from '../replay/ready-replay.ts'
import { replay } from '../replay/replay.ts'
import { isRefused } from '../replay/targets.ts'
import { worst } from '../replay/verdict.ts'
import type { ReplayWorld } from '../replay/world.ts'
import { perform, printJson, printLines, type Refusal } from './answer.ts'
import { EffectOptions, effectsAllowed, refuseUnnamed, withEffectOptions } from './effect-options.ts'
import { seconds, trustOption } from './option-values.ts'
import { projectPath } from './project-root.ts'
import { exitCodes } from './replay.ts'
import { terminalActor, withWorld } from './replaying.ts'

const Options = EffectOptions.extend({
  env: z.boolean().default(false),
  timeout: z.number().default(3600),
  trust: z.boolean().default(false),
  json: z.boolean().default(false),
  root: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerCheck(program: Command): void {
  withEffectOptions(
    program
      .command('check')
      .argument('[notebook...]', 'only these; else every notebook that was run')
      .description('run the last good session of each notebook again, and report what stopped reproducing'),
  )
    .option('--env', 'with the recorded versions of packages, where pip can get them')
    .option('--timeout <seconds>', 'interrupt a cell that takes longer', seconds)
    .option(...trustOption)
    .option('--json', 'a line of JSON for each notebook')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (notebooks: string[], raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, async () => refuseUnnamed(options) ?? check(notebooks, options))
    })
}

const examples = `
Examples:
  yesterday check                        every notebook of the project
  yesterday check train.ipynb --json
  0 4 * * *  cd /work/project && yesterday check

Exit code: 0 all come out the same; 1 some differ; 2 some failed, or nothing was ever run.`

async function check(notebooks: readonly string[], options: Options): Promise<Refusal | null> {
  const place = {
    root: options.root,
    notebook: notebooks[0],
    trust: options.trust,
    ...effectsAllowed(options),
  }
  return withWorld(place, async (world, signal) => {
    const { store, root } = world
    const asked = notebooks.map((file) => notebookIdAt(root, store.index, projectPath(root, file)))
    const sessions = await lastGoodSessions(store.index, await Promise.all(asked))
    if (sessions.length === 0) return nothing
    const verdicts: Verdict[] = []
    for (const { notebook, session } of sessions) {
      if (signal.aborted) break
      const report = await checkOne(world, session, options, signal)
      verdicts.push(report?.verdict ?? 'failed')
      if (options.json) printJson(checkJson(notebook, session, report))
      else printLines(checkLines(notebook, report))
    }
    process.exitCode = exitCodes[worst(verdicts)]
    return null
  })
}

const nothing: Refusal = {
  code: 'never-run',
  message: 'no session here ended with all of its runs good',
  hint: 'Run a notebook first: yesterday run NOTEBOOK',
  exit: 2,
}

async function checkOne(
  world: ReplayWorld,
  session: string,
  { env, timeout }: Options,
  signal: AbortSignal,
): Promise<ReplayReport | null> {
  const ready = await prepareReplay(world, { kind: 'session', session })
  if (isRefused(ready)) return null
  return replay(world, ready, {
    actor: terminalActor(),
    purpose: { kind: 'replay', of: session },
    timeoutSeconds: timeout,
    withEnvironment: env,
    signal,
  })
}

function checkJson(notebook: string, session: string, report: ReplayReport | null) {
  const different = (report?.steps ?? []).filter(({ verdict }) => exitCodes[verdict] > 0)
  return {
    notebook,
    session,
    verdict: report?.verdict ?? 'failed',
    cause: report?.cause ?? null,
    isolation: report?.isolation.name ?? null,
    different: different.map(({ run, cell, verdict, why }) => ({ run, cell, verdict, why })),
  }
}

function checkLines(notebook: string, report: ReplayReport | null): readonly string[] {
  if (report === null) return [`failed     ${notebook}`]
  const line = `${report.verdict.padEnd(9)}  ${notebook}  (${report.isolation.name})`
  return report.cause === null ? [line] : [line, `           ${report.cause}`]
}
