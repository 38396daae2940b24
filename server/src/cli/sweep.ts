/**
 * `yesterday sweep NOTEBOOK --param NAME=VALUES …`: runs the notebook once for each combination of values, several at the
 * same time. Invariant: the notebook's file is not changed; each trial is recorded like any run and can be replayed.
 */
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import type { Comparison } from '../../contract/past.ts'
import { parseParameter, placeOfParameters, type Trial, trialsOf } from '../../contract/sweep-grid.ts'
import { identifyFile } from '../document/identity/project-notebooks.ts'
import { parseComparisons } from '../lineage/comparisons.ts'
import { findInterpreters } from '../setup/python.ts'
import { defaultJobs, runTrials } from '../sweeps/run-trials.ts'
import { type SweepWorld, sweptCells, type TrialResult } from '../sweeps/trial.ts'
import { isRefusal, perform, printJson, printLines, printNote, type Refusal } from './answer.ts'
import { type FindInterpreters, inProject, stoppable } from './in-project.ts'
import { seconds, trustOption, wholeNumber } from './option-values.ts'
import { projectPath, projectRoot } from './project-root.ts'
import { actor, chooseSpec, missingKernel, readNamed } from './run.ts'
import { sweepLine, sweepTable } from './sweep-text.ts'

const Options = z.object({
  param: z.array(z.string()).default([]),
  random: z.int().min(1).max(1000).optional(),
  seed: z.int().optional(),
  jobs: z.int().min(1).max(64).optional(),
  sort: z.string().optional(),
  stopWhen: z.string().optional(),
  timeout: z.number().optional(),
  kernel: z.string().optional(),
  trust: z.boolean().default(false),
  json: z.boolean().default(false),
  root: z.string().optional(),
})
type Options = z.infer<typeof Options>

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

/** Adds the command. */
export function registerSweep(program: Command, interpreters: FindInterpreters = findInterpreters): void {
  program
    .command('sweep')
    .argument('<notebook>', 'the .ipynb file')
    .description('run a notebook with many values of its parameters, each a recorded run')
    .requiredOption(
      '--param <name=values>',
      'values to try: 0.1,0.01 or 2..6 or 0.001..0.1:log; repeatable',
      collect,
    )
    .option('--random <n>', 'draw so many trials instead of the whole grid', wholeNumber)
    .option('--seed <n>', 'draw the same trials again', wholeNumber)
    .option('--jobs <n>', 'trials at the same time; default: half of the cores', wholeNumber)
    .option('--sort <metric>', 'sort the table by a metric; -METRIC from the largest')
    .option('--stop-when <comparison>', 'start no further trial once one satisfies it: acc>0.95')
    .option('--timeout <seconds>', 'interrupt a cell that takes longer', seconds)
    .option('--kernel <name>', 'the kernelspec to use')
    .option(...trustOption)
    .option('--json', 'a line of JSON per trial')
    .option('--root <dir>', 'the project folder')
    .action(async (notebook: string, raw: unknown) => {
      const options = Options.safeParse(raw)
      await perform({ json: options.data?.json ?? false, goesOn: true }, async () =>
        options.success
          ? sweepNotebook(notebook, options.data, interpreters)
          : bad(z.prettifyError(options.error)),
      )
    })
}

interface Plan {
  readonly trials: readonly Trial[]
  readonly stopWhen: readonly Comparison[]
}

async function sweepNotebook(
  named: string,
  options: Options,
  interpreters: FindInterpreters,
): Promise<Refusal | null> {
  const plan = planOf(options)
  if (isRefusal(plan)) return plan
  const file = resolve(named)
  const read = await readNamed(named, file)
  if (isRefusal(read)) return read
  const { form } = read.file
  const place = placeOfParameters(sweptCells(form), Object.keys(plan.trials[0] ?? {}))
  if (!place.ok)
    return bad(place.why, 'Give it a value in a cell, or add the tag `parameters` to the cell that does.')
  const root = projectRoot({ root: options.root, notebook: file })
  return inProject(root, { trust: options.trust, interpreters }, async ({ store, kernels }) => {
    const refusal = await missingKernel(kernels, options, form)
    if (refusal !== null) return refusal
    await Promise.all([...read.large.values()].map((bytes) => store.objects.put(bytes)))
    const path = projectPath(root, file)
    await identifyFile(root, store, path)
    const spec = () => chooseSpec(kernels, options.kernel, form)
    const { timeout } = options
    const world = { store, kernels, form, path, cwd: dirname(file), actor: actor(), spec, timeout }
    return runSweep(world, plan, place.value, options)
  })
}

function planOf({ param, random, seed, stopWhen = '' }: Options): Plan | Refusal {
  const parsed = param.map(parseParameter)
  const wrong = parsed.find((one) => !one.ok)
  if (wrong !== undefined && !wrong.ok) return bad(wrong.why)
  const parameters = parsed.flatMap((one) => (one.ok ? [one.value] : []))
  const condition = parseComparisons(stopWhen)
  if (!condition.ok) return bad(`"${condition.word}" is no comparison`, 'Such as: --stop-when "acc>0.95"')
  const chosen = seed ?? Math.floor(Math.random() * 1_000_000)
  if (random !== undefined) printNote(`drawn with --seed ${chosen}`)
  const trials = trialsOf(parameters, random === undefined ? null : { count: random, seed: chosen })
  return trials.ok ? { trials: trials.value, stopWhen: condition.comparisons } : bad(trials.why)
}

/** Runs the trials, prints each as it ends, and a table at the end. */
async function runSweep(
  world: SweepWorld,
  { trials, stopWhen }: Plan,
  place: number,
  { jobs, sort, json }: Options,
): Promise<null> {
  const stop = new AbortController()
  const results: TrialResult[] = []
  const onEnded = (result: TrialResult): void => {
    results.push(result)
    if (json) printJson(result)
    else printLines([sweepLine(result, trials.length)])
  }
  const plan = { trials, place, stopWhen, jobs: jobs ?? defaultJobs() }
  await stoppable(
    () => stop.abort(),
    () => runTrials(world, plan, { onEnded }, stop.signal),
  )
  if (!json) printLines(['', ...sweepTable(results, sort)])
  process.exitCode = results.length > 0 && results.every(({ outcome }) => outcome === 'ok') ? 0 : 1
  return null
}

const bad = (
  message: string,
  hint = 'Such as: yesterday sweep train.ipynb --param lr=0.1,0.01 --param depth=2..6',
): Refusal => ({ code: 'bad-sweep', message, hint, exit: 2 })
