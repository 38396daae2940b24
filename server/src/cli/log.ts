/** `yesterday log [NOTEBOOK]`: the runs that ended, newest first. */
import { existsSync } from 'node:fs'
import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import type { RunSummary } from '../../contract/run.ts'
import type { LogQuery, RunIndex } from '../store/ports.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { projectPath, projectRoot } from './project-root.ts'
import { duration, localTime, shortId, table } from './text.ts'

const Options = CommonOptions.extend({ limit: z.number().default(Number.POSITIVE_INFINITY) })
type Options = z.infer<typeof Options>

/** Runs that are read and shown at once. */
const PAGE = 100

/** Adds the command. */
export function registerLog(program: Command): void {
  program
    .command('log')
    .argument('[notebook]', 'only runs of this .ipynb file')
    .description('the recorded runs, newest first')
    .option('-n, --limit <count>', 'at most so many', countOf)
    .option('--json', 'a line of JSON per run')
    .option('--root <dir>', 'the project folder')
    .action(async (notebook: string | undefined, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => log(notebook, options))
    })
}

function countOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A whole number is expected.')
}

async function log(file: string | undefined, { root: named, limit, json }: Options): Promise<Refusal | null> {
  const root = projectRoot({ root: named, notebook: file })
  const notebook = file === undefined ? undefined : projectPath(root, file)
  const { openStoreToRead } = await import('../store/open-store.ts')
  const store = openStoreToRead({ root })
  try {
    let shown = 0
    for await (const runs of pages(store.index, notebook === undefined ? {} : { notebook }, limit)) {
      shown += runs.length
      if (json) runs.forEach(printJson)
      else printLines(lines(runs, notebook === undefined))
    }
    return shown === 0 && limit > 0 && file !== undefined && !existsSync(file) ? noNotebook(file) : null
  } finally {
    await store.close()
  }
}

async function* pages(
  index: Pick<RunIndex, 'page'>,
  query: LogQuery,
  limit: number,
): AsyncGenerator<readonly RunSummary[]> {
  let [left, before]: [number, string | null] = [limit, null]
  while (left > 0) {
    const page = await index.page({
      ...query,
      limit: Math.min(left, PAGE),
      ...(before !== null && { before }),
    })
    if (page.runs.length > 0) yield page.runs
    if (page.next === null) return
    ;[left, before] = [left - page.runs.length, page.next]
  }
}

function lines(runs: readonly RunSummary[], withNotebook: boolean): readonly string[] {
  const rows = runs.map((run) => [
    shortId(run.run),
    localTime(run.ended),
    run.outcome,
    duration(run.durationMs),
    ...(withNotebook ? [run.notebook] : []),
    run.cell === null ? '-' : `[${run.cell}]`,
    run.title,
  ])
  return table(rows)
}

const noNotebook = (file: string): Refusal => ({
  code: 'no-notebook',
  message: `there is no notebook "${file}", and no run of it`,
  hint: 'See "yesterday log" for all runs; another project is named with --root.',
  exit: 2,
})
