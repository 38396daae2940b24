/**
 * `node server/bench/prediction.ts [--rounds N] [--keep FOLDER]`: how well the time of a run is predicted. It records 36
 * notebooks with real kernels, edited between rounds as people do, and then goes through the log in its order: before each
 * run it predicts from the runs before it alone, and compares with what the run took. Next to it the baseline: what the
 * cell took last. It prints and never fails. `--keep` records into this folder, and reads it if it has a history.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cellSource, findCell } from '../contract/document.ts'
import type { Forecast, ForecastMethod } from '../contract/prediction.ts'
import { median, quantile } from '../src/prediction/fit.ts'
import { forecastOf } from '../src/prediction/forecasts.ts'
import { RunHistory } from '../src/prediction/run-history.ts'
import { openStoreToRead } from '../src/store/open-store.ts'
import type { FinishedRun, RunIndex } from '../src/store/ports.ts'
import { openHouse, python, runAll } from '../test/session/house.ts'
import { type Family, families } from './prediction-notebooks.ts'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '10' }, keep: { type: 'string' } },
})
const SIZES = [0.3, 0.6, 1] as const
/** So often a value is edited between two rounds. */
const EDITED = 0.6
const print = (text: string) => process.stdout.write(`${text}\n`)

/** Equal numbers in each run of the benchmark (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const draw = (random: () => number, [least, most]: readonly [number, number], size: number): number =>
  Math.max(2, Math.round(size * least * (most / least) ** random()))

const filled = (source: string, values: ReadonlyMap<string, number | string>): string =>
  source.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values.get(name) ?? whole))

async function record(root: string, rounds: number): Promise<void> {
  const all = families.flatMap((family) =>
    SIZES.map((size, place) => ({ family, size, name: nameOf(family, place) })),
  )
  for (const { family, name } of all) await writeNotebook(root, name, family)
  const house = await openHouse(root)
  for (const [seed, { family, size, name }] of all.entries()) {
    const random = chance(seed + 1)
    const values = new Map<string, number | string>([
      ['file', name],
      ['size', Math.round(150_000 * size)],
    ])
    const { doc, session } = await house.open(`${name}.ipynb`)
    for (let round = 0; round < rounds; round++) {
      for (const [parameter, bounds] of Object.entries(family.parameters))
        if (!values.has(parameter) || random() < EDITED) values.set(parameter, draw(random, bounds, size))
      for (const [place, source] of family.cells.entries()) {
        const cell = findCell(doc, `c${place}`)?.cell
        if (cell === undefined) throw new Error(`${name} has no cell c${place}`)
        const text = cellSource(cell)
        text.delete(0, text.length)
        text.insert(0, filled(source, values))
      }
      await runAll(
        session,
        family.cells.map((_, place) => `c${place}`),
      )
    }
    session.shutdown({ id: 'bench', name: 'bench' })
    await session.settled()
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  await house.close()
}

const nameOf = ({ name }: Family, place: number): string => `${name.replaceAll(' ', '-')}-${place + 1}`

async function writeNotebook(root: string, name: string, { cells }: Family): Promise<void> {
  const form = {
    cells: cells.map((source, place) => ({
      ...{ cell_type: 'code', id: `c${place}`, source, metadata: {} },
      ...{ outputs: [], execution_count: null },
    })),
    ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
  }
  await writeFile(join(root, `${name}.ipynb`), JSON.stringify(form))
}

interface Outcome {
  readonly family: string
  readonly ms: number
  readonly forecast: Forecast | null
  readonly last: number | null
  readonly memory: { readonly actual: number; readonly forecast: Forecast } | null
  readonly stored: { readonly actual: number; readonly forecast: Forecast } | null
}

/** Each run as it would have been predicted when it was about to run; `timeOf` is the time to predict, ms. */
async function replayed(root: string, timeOf: (run: FinishedRun) => number): Promise<readonly Outcome[]> {
  const store = openStoreToRead({ root })
  const all = (await allRuns(store.index)).map((run) => ({ ...run, durationMs: timeOf(run) }))
  let now = 0
  const upToNow = async (after: number, limit: number) =>
    all
      .slice(0, now)
      .filter(({ seq }) => seq > after)
      .slice(0, limit)
  const history = new RunHistory({
    index: { finished: upToNow, finishedBefore: async () => 0 },
    objects: store.objects,
  })
  const last = new Map<string, number>()
  const outcomes: Outcome[] = []
  for (const run of all) {
    await history.catchUp()
    const source = new TextDecoder().decode((await store.objects.get(run.sourceDigest)) ?? new Uint8Array())
    const place = { session: run.session, isAlive: true, cwd: root, fileSize: async () => null }
    const { ms, memory, stored } = await forecastOf(history, source, place)
    const cell = `${run.session} ${run.cellId}`
    const { peakMemoryBytes: peak = null, startMemoryBytes: start = null } = run.cost ?? {}
    const kept = run.outputBytes + run.generated.reduce((sum, { value }) => sum + (value?.size ?? 0), 0)
    outcomes.push({
      family: (await store.index.summaries([run.run]))[0]?.notebook.replace(/-\d\.ipynb$/, '') ?? '',
      ms: run.durationMs,
      forecast: ms,
      last: last.get(cell) ?? null,
      memory:
        memory === null || peak === null || start === null
          ? null
          : { actual: peak - start, forecast: memory },
      stored: stored === null ? null : { actual: kept, forecast: stored },
    })
    last.set(cell, run.durationMs)
    now++
  }
  await store.close()
  return outcomes
}

async function allRuns(index: Pick<RunIndex, 'finished'>): Promise<readonly FinishedRun[]> {
  const all: FinishedRun[] = []
  for (;;) {
    const runs = await index.finished(all.at(-1)?.seq ?? 0, 500)
    all.push(...runs)
    if (runs.length < 500) return all
  }
}

const error = (predicted: number, actual: number): number =>
  Math.abs(predicted - actual) / Math.max(actual, 1)
const percent = (value: number): string => `${(100 * value).toFixed(0)} %`.padStart(7)

function line(name: string, outcomes: readonly Outcome[]): string {
  const both = outcomes.flatMap(({ ms, forecast, last }) =>
    forecast === null || last === null
      ? []
      : [
          {
            own: error(forecast.value, ms),
            base: error(last, ms),
            inside: ms >= forecast.low && ms <= forecast.high,
          },
        ],
  )
  if (both.length === 0) return `${name.padEnd(24)} ${'0'.padStart(6)}`
  const of = (pick: (one: (typeof both)[number]) => number) => both.map(pick)
  const [own, base] = [median(of((one) => one.own)), median(of((one) => one.base))]
  return [
    ...[name.padEnd(24), String(both.length).padStart(6), percent(own), percent(base)],
    ...[own === 0 ? '–' : `${(base / own).toFixed(1)}×`].map((text) => text.padStart(7)),
    ...[
      percent(
        quantile(
          of((one) => one.own),
          0.9,
        ),
      ),
      percent(
        quantile(
          of((one) => one.base),
          0.9,
        ),
      ),
    ],
    percent(both.filter(({ inside }) => inside).length / both.length),
  ].join(' ')
}

function report(outcomes: readonly Outcome[]): void {
  const known = outcomes.filter(({ forecast }) => forecast !== null)
  print(
    `${outcomes.length} runs in ${families.length * SIZES.length} notebooks; a forecast for ${known.length} of them`,
  )
  print(
    'median (p50) and p90 of the relative error of the time, ours and that of the last duration of the cell;',
  )
  print('"inside": within the interval that was shown\n')
  print(`${'runs'.padEnd(24)} ${'count'.padStart(6)}  p50 ours  last   ratio  p90 ours  last  inside`)
  print(line('all', outcomes))
  print(
    line(
      'of 20 ms and more',
      outcomes.filter(({ ms }) => ms >= 20),
    ),
  )
  print(
    line(
      'of 100 ms and more',
      outcomes.filter(({ ms }) => ms >= 100),
    ),
  )
  for (const method of ['exact', 'inputs', 'project'] satisfies ForecastMethod[])
    print(
      line(
        `by ${method}`,
        outcomes.filter(({ forecast }) => forecast?.method === method),
      ),
    )
  for (const { name } of families) {
    const family = name.replaceAll(' ', '-')
    print(
      line(
        `  ${name}`,
        outcomes.filter((outcome) => outcome.family === family),
      ),
    )
  }
  const first = outcomes.flatMap(({ ms, forecast, last }) =>
    forecast !== null && last === null ? [error(forecast.value, ms)] : [],
  )
  const firsts = outcomes.filter(({ last }) => last === null).length
  print(
    `\nfirst run of a cell, where the baseline knows nothing: ${first.length} of ${firsts} predicted, p50 ${percent(median(first)).trim()}`,
  )
  // A mebibyte more or less is what the allocator does.
  const growth = outcomes.flatMap(({ memory }) =>
    memory !== null && memory.actual >= 2 ** 20 ? [memory] : [],
  )
  print(
    `memory of runs that took 1 MiB and more: ${growth.length}, p50 ${percent(median(growth.map(({ actual, forecast }) => error(forecast.value, actual)))).trim()}`,
  )
  const kept = outcomes.flatMap(({ stored }) => (stored !== null && stored.actual > 1000 ? [stored] : []))
  print(
    `stored bytes above 1 kB: ${kept.length}, p50 ${percent(median(kept.map(({ actual, forecast }) => error(forecast.value, actual)))).trim()}`,
  )
}

if (python === null) throw new Error('set YESTERDAY_TEST_PYTHON to a Python with ipykernel')
const root = options.keep ?? (await mkdtemp(join(tmpdir(), 'yp-')))
await mkdir(root, { recursive: true })
const isRecorded = await stat(join(root, '.yesterday', 'history.db')).then(
  () => true,
  () => false,
)
if (!isRecorded) await record(root, Number(options.rounds))
print('Time from start to end, as it is shown. It has what else the machine did.\n')
report(await replayed(root, ({ durationMs }) => durationMs))
print('\nProcessor time of the kernel in the same runs: the same model, without what else the machine did.\n')
report(await replayed(root, ({ cost, durationMs }) => cost?.cpuMs ?? durationMs))
if (options.keep === undefined) await rm(root, { recursive: true, force: true, maxRetries: 5 })
process.exit()
