/** `yesterday status`: what the history holds, what it takes on disk by kind, and what could be deleted. */
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import type { z } from 'zod'
import { type Costs, costsOf } from '../lineage/costs.ts'
import { planRetention } from '../lineage/retention.ts'
import { storePaths } from '../store/project-folder.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { projectRoot } from './project-root.ts'
import { counted, size } from './text.ts'

const DAY_MS = 86_400_000
/** As `yesterday gc` without options. */
const GC_DAYS = 30
const Options = CommonOptions.extend({})
type Options = z.infer<typeof Options>

const examples = `
Examples:
  yesterday status           what is stored, by kind, and what yesterday gc could delete
  yesterday status --json    the same as one object of JSON`

/** Adds the command. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('show what the history holds and what it takes on disk, by kind')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => status(options))
    })
}

async function status({ json, root: named }: Options): Promise<Refusal | null> {
  const root = projectRoot({ root: named })
  const { openStoreToRead } = await import('../store/open-store.ts')
  const reading = openStoreToRead({ root })
  const costs = await costsOf(reading).finally(() => reading.close())
  const before = new Date(Date.now() - GC_DAYS * DAY_MS).toISOString()
  const { freedBytes } = planRetention(costs.kept.runs, costs.kept.sizes, { before, maxBytes: null })
  const databaseBytes = await databaseSize(root)
  const { sessions, runs, byKind, notKept } = costs
  if (json) printJson({ sessions, runs, databaseBytes, byKind, notKept, gcFreesBytes: freedBytes })
  else printLines(statusLines(costs, databaseBytes, freedBytes))
  return null
}

/** With what is not yet written into its main file. */
async function databaseSize(root: string): Promise<number> {
  const { database } = storePaths(root)
  const sizes = [database, `${database}-wal`].map((path) =>
    stat(path).then(
      (found) => found.size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0)
}

const things: Readonly<Record<Costs['byKind'][number]['kind'], readonly [string, string]>> = {
  code: ['source', 'sources'],
  output: ['output', 'outputs'],
  checkpoint: ['checkpoint', 'checkpoints'],
  value: ['piece of values', 'pieces of values'],
  file: ['file version', 'file versions'],
  'random state': ['random state', 'random states'],
}

function statusLines(
  { sessions, runs, byKind, notKept }: Costs,
  database: number,
  freed: number,
): readonly string[] {
  const rows = byKind.map(({ kind, count, bytes }) => `  ${counted(count, ...things[kind])}: ${size(bytes)}`)
  const free = freed === 0 ? 'nothing that old runs alone need' : `${size(freed)} that old runs alone need`
  return [
    `${counted(runs, 'run')} in ${counted(sessions, 'session')}`,
    ...rows,
    `  log, index and small objects (history.db): ${size(database)}`,
    ...(notKept === 0 ? [] : [`  ${counted(notKept, 'value')} not kept: budget (YESTERDAY_PROJECT_MIB)`]),
    `yesterday gc would delete ${free} (older than ${GC_DAYS} days)`,
  ]
}
