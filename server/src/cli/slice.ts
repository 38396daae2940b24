/** `yesterday slice RUN[:NAME]`: the runs that made a run, or one thing of it, oldest first. */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { maskedReceipt } from '../document/masked-export.ts'
import { loadRun } from '../lineage/named-side.ts'
import { type Asked, sliceOf, targetOf, type VersionSource } from '../lineage/slice.ts'
import { sliceNotebook, sliceScript } from '../lineage/slice-code.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { RunIndex } from '../store/ports.ts'
import { CommonOptions, isRefusal, perform, printJson, printLines, putOut, type Refusal } from './answer.ts'
import { findRun, notEnded } from './find-run.ts'
import { projectRoot } from './project-root.ts'
import { localTime, shortId, table } from './text.ts'

const Options = CommonOptions.extend({
  as: z.enum(['ids', 'script', 'notebook']).default('ids'),
  output: z.string().optional(),
  depth: z.coerce.number().int().positive().optional(),
})
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerSlice(program: Command): void {
  program
    .command('slice')
    .argument('<run[:name]>', 'the id of a run or its first digits; with a name, what made that version')
    .description('the runs that made it, oldest first')
    .addOption(
      new Option('--as <form>', 'the runs, or something that runs').choices(['ids', 'script', 'notebook']),
    )
    .option('--depth <steps>', 'only so many steps back')
    .option('-o, --output <file>', 'write the script or notebook to this file')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText(
      'after',
      '\nExamples:\n  yesterday slice 3f2a:model --as script > model.py\n  yesterday slice 3f2a --as notebook -o figure.ipynb',
    )
    .action(async (asked: string, raw: unknown) => {
      const options = Options.safeParse(raw)
      const json = CommonOptions.safeParse(raw).data?.json ?? false
      await perform({ json }, async () => (options.success ? slice(asked, options.data) : badDepth))
    })
}

async function slice(asked: string, { json, root, as, output, depth }: Options): Promise<Refusal | null> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  const { index, secrets, close } = openStoreToRead({ root: projectRoot({ root }) })
  try {
    const target = await targetOfWords(index, asked)
    if (isRefusal(target)) return target
    const runs = await sliceOf(index, target, depth === undefined ? null : await near(index, target, depth))
    if (as !== 'ids') return await putOut(await codeOf(index, secrets, runs, as), output)
    await print(index, runs, json)
    return null
  } finally {
    await close()
  }
}

/** The longest list that is printed. */
const MOST = 100_000

async function near(
  index: Pick<RunIndex, 'upstream'>,
  { runs, makers = [] }: Asked,
  depth: number,
): Promise<ReadonlySet<string>> {
  const found = await Promise.all([...runs, ...makers].map((run) => index.upstream(run, depth, MOST)))
  return new Set(found.flat().map(({ run }) => run))
}

async function codeOf(
  index: Pick<RunIndex, 'receipt' | 'runNames'>,
  secrets: Secrets,
  runs: readonly string[],
  as: 'script' | 'notebook',
): Promise<string> {
  const sides = await Promise.all(runs.map((run) => loadRun(index, run)))
  const known = sides
    .filter((side) => side !== null)
    .map((side) => ({ ...side, receipt: maskedReceipt(side.receipt, secrets) }))
  return as === 'script' ? sliceScript(known) : sliceNotebook(known)
}

/** Ids are of letters and digits, so that the first colon begins the name; the name may have more. */
async function targetOfWords(
  index: VersionSource & Pick<RunIndex, 'resolve'>,
  asked: string,
): Promise<Asked | Refusal> {
  const colon = asked.indexOf(':')
  const name = colon < 0 ? null : asked.slice(colon + 1)
  const found = await findRun(index, colon < 0 ? asked : asked.slice(0, colon))
  if (isRefusal(found)) return found
  const links = await index.links(found.run)
  if (links === null) return notEnded(found.run)
  if (name === null) return { runs: [found.run] }
  const target = await targetOf(index, links, name)
  return target.kind === 'runs' ? target : noTarget(target.kind, found.run, name, target.names)
}

async function print(
  index: Pick<RunIndex, 'summaries'>,
  runs: readonly string[],
  json: boolean,
): Promise<void> {
  const summaries = new Map((await index.summaries(runs)).map((summary) => [summary.run, summary]))
  const found = runs.flatMap((run) => summaries.get(run) ?? [])
  if (json) printJson({ runs: found.map(({ run, cell, cellId }) => ({ run, cell, cellId })) })
  else {
    const rows = found.map(({ run, ended, notebook, cell, title }) => [
      shortId(run),
      localTime(ended),
      notebook,
      cell === null ? '-' : `[${cell}]`,
      title,
    ])
    printLines(table(rows))
  }
}

const badDepth: Refusal = {
  code: 'bad-option',
  message: '--depth wants a whole number of steps, from 1',
  hint: 'See yesterday slice --help.',
  exit: 2,
}

const refusals = {
  'no-name': (run: string, name: string) => `run ${run} neither used nor generated "${name}"`,
  'not-made': (run: string, name: string) => `run ${run} used "${name}", which no recorded run made`,
}

function noTarget(code: keyof typeof refusals, run: string, name: string, names: readonly string[]): Refusal {
  const hint =
    names.length === 0 ? 'It has to do with nothing that has a name.' : `It knows: ${names.join(', ')}`
  return { code, message: refusals[code](run, name), hint, exit: 2 }
}
