/** `yesterday predict NOTEBOOK`: what a run of it is expected to take, by earlier runs of the project. */
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { z } from 'zod'
import { durationText } from '../../contract/amounts.ts'
import type { CellForecast, Forecast } from '../../contract/prediction.ts'
import { cellsInFile } from '../lineage/cells-now.ts'
import type { CellSource } from '../lineage/code-cells.ts'
import { memoryNow } from '../machines/host.ts'
import { forecastsOf, totalOf } from '../prediction/forecasts.ts'
import { RunHistory } from '../prediction/run-history.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { say } from './language.ts'
import { projectPath, projectRoot } from './project-root.ts'
import { counted, plain, size, table } from './text.ts'

const Options = CommonOptions.extend({})
type Options = z.infer<typeof Options>

const examples = `
Examples:
  yesterday predict train.ipynb           time, memory and storage of each cell, and of all
  yesterday predict train.ipynb --json    the same as one object of JSON`

/** Adds the command. */
export function registerPredict(program: Command): void {
  program
    .command('predict')
    .argument('<notebook>', 'a notebook of the project')
    .description('what running it in a new kernel is expected to take, by earlier runs')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (notebook: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => predictNotebook(notebook, options))
    })
}

async function predictNotebook(notebook: string, { json, root: named }: Options): Promise<Refusal | null> {
  const file = resolve(notebook)
  const sources = await cellsInFile(file)
  if (sources === null)
    return {
      code: 'no-notebook',
      message: `${notebook} cannot be read as a notebook`,
      hint: 'Name an .ipynb file that exists.',
      exit: 2,
    }
  const root = projectRoot({ root: named, notebook })
  const { openStoreToRead } = await import('../store/open-store.ts')
  const store = openStoreToRead({ root })
  try {
    const learned = new RunHistory(store)
    await learned.catchUp()
    const [last] = await store.index.sessions({ notebook: projectPath(root, file), limit: 1 })
    const place = { session: last?.session ?? null, isAlive: false, cwd: dirname(file) }
    const cells = await forecastsOf(learned, sources, place)
    const { memoryTotal, memoryUsed } = await memoryNow()
    const memoryFree = Math.max(0, memoryTotal - memoryUsed)
    if (json) printJson({ cells, total: totalOf(cells), learned: learned.count, memoryFree })
    else printLines(lines(sources, cells, learned.count, memoryFree))
    return null
  } finally {
    await store.close()
  }
}

function lines(
  sources: readonly CellSource[],
  cells: readonly CellForecast[],
  learned: number,
  memoryFree: number,
): readonly string[] {
  const rows = cells.map(({ ms, memory, stored }, place) => [
    String(place + 1),
    about(ms, duration),
    about(memory, size),
    about(stored, size),
    ms === null ? '' : method(ms),
    plain(sources[place]?.source.split('\n')[0] ?? '').slice(0, 50),
  ])
  const total = totalOf(cells)
  const unknown = cells.filter(({ ms }) => ms === null).length
  const left = unknown === 0 ? '' : `; nothing is known of ${counted(unknown, 'cell')}`
  const lacks = total.memory > memoryFree ? `; ${size(memoryFree)} are free` : ''
  return [
    ...table([['cell', 'time', 'memory', 'stored', 'learned from', ''], ...rows]),
    `all: about ${duration(total.ms)} (${duration(total.low)} to ${duration(total.high)}), ${size(total.memory)} of memory${lacks}${left}`,
    `learned from ${counted(learned, 'run')} of this project`,
  ]
}

const duration = (ms: number): string => durationText(ms, say)

const about = (forecast: Forecast | null, words: (value: number) => string): string =>
  forecast === null
    ? '–'
    : `${words(Math.round(forecast.value))} (${words(Math.round(forecast.low))} to ${words(Math.round(forecast.high))})`

function method({ method: by, runs }: Forecast): string {
  if (by === 'exact') return `${counted(runs, 'equal run')}`
  return by === 'inputs' ? `${counted(runs, 'run')} of this code` : `${counted(runs, 'run')} of similar code`
}
