/** `yesterday log [NOTEBOOK]`: the runs that ended, newest first. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { durationText } from '../../contract/amounts.ts'
import type { RunSummary } from '../../contract/run.ts'
import { notebookLine } from '../lineage/notebook-line.ts'
import { runTable } from '../lineage/run-table.ts'
import type { LogQuery, RunIndex } from '../store/ports.ts'
import { CommonOptions, isRefusal, perform, printJson, printLines, type Refusal } from './answer.ts'
import { say } from './language.ts'
import { FilterOptions, filterQuery } from './log-filter.ts'
import { numberLines, sortRows } from './log-numbers.ts'
import { wholeNumber } from './option-values.ts'
import { projectPath, projectRoot } from './project-root.ts'
import { localTime, shortId, table } from './text.ts'

const Options = CommonOptions.extend({
  ...FilterOptions.shape,
  limit: z.number().default(Number.POSITIVE_INFINITY),
  numbers: z.boolean().default(false),
  sort: z.string().optional(),
})
type Options = z.infer<typeof Options>

/** Runs that are read and shown at once. */
const PAGE = 100
/** So many runs a table of numbers has where no limit is given: it is sorted as a whole. */
const TABLE = 500

const examples = `
Examples:
  yesterday log train.ipynb --where "lr<0.01 acc>0.9" --numbers --sort -acc
  yesterday log --file births.csv --since yesterday
  yesterday log --text read_csv --outcome error`

/** Adds the command. */
export function registerLog(program: Command): void {
  program
    .command('log')
    .argument('[notebook]', 'only runs of this .ipynb file')
    .description('the recorded runs, newest first')
    .option('-n, --limit <count>', 'at most so many', wholeNumber)
    .option('--cell <id>', 'runs of this cell')
    .option('--session <id>', 'runs of this session')
    .option('--actor <name>', 'requested by this person or program')
    .option('--variable <name>', 'runs that used or made this variable')
    .option('--file <path>', 'runs that read or wrote this file, as the notebook names it')
    .option('--table-name <name>', 'runs that read or wrote this table')
    .option('--model <name>', 'runs that used or made this model')
    .option('--text <words>', 'runs with this in their code')
    .option('--since <time>', 'runs that ended then or later: 2026-03-01, yesterday, 2h, 3d')
    .option('--until <time>', 'runs that ended before')
    .option('--outcome <outcome>', 'ok, error, aborted or died')
    .option('--where <comparisons>', 'runs whose numbers satisfy this: "lr<0.01 acc>0.9"', collect, [])
    .option('--replays', 'include replays')
    .option('--numbers', 'parameters and metrics side by side')
    .option('--sort <name>', 'with --numbers: by this number; -name from the largest')
    .option('--json', 'a line of JSON per run')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (notebook: string | undefined, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => log(notebook, options))
    })
}

const collect = (word: string, words: readonly string[]) => [...words, word]

async function log(file: string | undefined, options: Options): Promise<Refusal | null> {
  const root = projectRoot({ root: options.root, notebook: file })
  const filter = filterQuery(options, new Date())
  if (isRefusal(filter)) return filter
  const { openStoreToRead } = await import('../store/open-store.ts')
  const store = openStoreToRead({ root })
  try {
    const notebook = file === undefined ? undefined : await notebookIn(store.index, root, file)
    const query = notebook === undefined ? filter : { ...filter, notebook }
    const shown = await (options.numbers || options.sort !== undefined ? showNumbers : showLines)(
      store.index,
      query,
      options,
    )
    if (notebook !== undefined && !options.json) printLines(await origin(store.index, notebook))
    return shown === 0 && options.limit > 0 && file !== undefined && !existsSync(file)
      ? noNotebook(file)
      : null
  } finally {
    await store.close()
  }
}

async function notebookIn(index: NotebookSource, root: string, file: string): Promise<string> {
  const { notebookIdAt } = await import('../document/identity/project-notebooks.ts')
  return notebookIdAt(root, index, projectPath(root, file))
}

type NotebookSource = Pick<RunIndex, 'notebook' | 'notebooks'>
type Index = Pick<RunIndex, 'page' | 'numbers'>

/** Says of a copy where its earlier history is. */
async function origin(index: NotebookSource, notebook: string): Promise<readonly string[]> {
  const line = await notebookLine(index, notebook)
  return line?.copiedFrom ? [`copied from ${line.copiedFrom.path}`] : []
}

async function showLines(index: Index, query: LogQuery, { json, limit }: Options): Promise<number> {
  let shown = 0
  for await (const runs of pages(index, query, limit)) {
    shown += runs.length
    if (json) runs.forEach(printJson)
    else printLines(lines(runs, query.notebook === undefined))
  }
  return shown
}

async function showNumbers(index: Index, query: LogQuery, options: Options): Promise<number> {
  const runs: RunSummary[] = []
  for await (const page of pages(index, query, Math.min(options.limit, TABLE))) runs.push(...page)
  const numbers = await index.numbers(runs.map(({ run }) => run))
  const table = runTable({ runs, next: null }, numbers)
  const rows = sortRows(table.rows, options.sort)
  if (options.json) rows.forEach(printJson)
  else printLines(numberLines(table, rows))
  return rows.length
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
    say(`outcome.${run.outcome}`),
    durationText(run.durationMs, say),
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
