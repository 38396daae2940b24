/** The routes of the past on a real store, each answer parsed by the contract that the page uses. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Diff, History, Moment, RunTable, SliceList, Timeline, Why } from '../../contract/past.ts'
import { pastApi } from '../../contract/past-api.ts'
import type { RouteSpec } from '../../contract/route.ts'
import { LogPage } from '../../contract/run.ts'
import { digestOf } from '../../src/disk/digest.ts'
import type { Reply } from '../../src/http/reply.ts'
import { pastRoutes } from '../../src/http/routes/past.ts'
import { fileStates } from '../../src/lineage/file-state.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { newFolder } from '../cli/program.ts'
import { at, edge, ended, queued, sessionStarted } from '../store/entries.ts'
import { callRoute } from './call-route.ts'

let root = ''
let store: Store
const data = edge('births.csv', { kind: 'file', digest: digestOf('1,2'), version: digestOf('1,2') })
const number = (name: string, value: number, by: string | null = null) =>
  edge(name, { by, facets: { number: value }, digest: `xxh3:${value}` })

/** `rate` writes lr down, `train` makes acc of it and a file, twice; another notebook reads what a model was saved to. */
async function fill(): Promise<void> {
  const saved = edge('model.bin', { kind: 'file', digest: digestOf('saved') })
  const picture = await store.objects.put(Buffer.from('not really a picture'))
  const code = { rate: 'lr = 0.1', train: 'acc = fit(lr)', again: 'acc = fit(lr, 2)', later: 'lr = 0.2' }
  for (const source of [...Object.values(code), '# reader']) await store.objects.put(Buffer.from(source))
  const output = { mime: 'image/png', digest: picture, size: 20, outputType: 'display_data', name: null }
  await store.runs.append([
    sessionStarted('5e55aaaa'),
    queued('aaaa01', '5e55aaaa', { cell: 1, cellId: 'rate', source: code.rate }),
    queued('aaaa02', '5e55aaaa', { cell: 2, cellId: 'train', source: code.train }),
    queued('aaaa03', '5e55aaaa', { cell: 2, cellId: 'train', source: code.again }),
    queued('aaaa04', '5e55aaaa', { cell: 1, cellId: 'rate', source: code.later }),
    ended('aaaa01', 1, { generated: [number('lr', 0.1)], at: at(10) }),
    ended('aaaa02', 2, {
      used: [number('lr', 0.1, 'aaaa01'), data],
      generated: [number('acc', 0.8), saved],
      outputs: [output],
      at: at(20),
    }),
    ended('aaaa03', 3, {
      used: [number('lr', 0.1, 'aaaa01'), data],
      generated: [number('acc', 0.9)],
      at: at(30),
    }),
    ended('aaaa04', 4, { generated: [number('lr', 0.2)], at: at(40), outcome: 'error' }),
    sessionStarted('5e55bbbb', { notebook: 'deep/other.ipynb' }),
    queued('bbbb01', '5e55bbbb', { notebook: 'deep/other.ipynb', source: '# reader', cellId: 'reader' }),
    ended('bbbb01', 1, { used: [{ ...saved, name: join(root, 'model.bin') }], at: at(50) }),
  ])
}

beforeAll(async () => {
  root = await newFolder()
  store = await openStore({ root })
  await writeFile(join(root, 'births.csv'), '1,3')
  await fill()
})
afterAll(async () => {
  await store.close()
  await rm(root, { recursive: true, maxRetries: 5 })
})

/** The answer of a route. */
function ask(
  spec: RouteSpec,
  params: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>>,
) {
  const read = (digest: string) => store.objects.get(digest)
  const routes = pastRoutes({
    index: store.index,
    read,
    fileState: fileStates(root, store.secrets),
    notebookNow: async () => null,
  })
  return callRoute(routes, spec, { params, query })
}
const bodyOf = (reply: Reply): unknown => (reply.kind === 'json' ? reply.body : reply)
const log = async (query: Readonly<Record<string, string>>) =>
  LogPage.parse(bodyOf(await ask(pastApi.log, {}, query))).runs.map(({ run }) => run)

describe('the log', () => {
  test.each([
    [{}, ['bbbb01', 'aaaa04', 'aaaa03', 'aaaa02', 'aaaa01']],
    [{ notebook: 'book.ipynb', outcome: 'error' }, ['aaaa04']],
    [{ name: 'lr' }, ['aaaa04', 'aaaa03', 'aaaa02', 'aaaa01']],
    [{ name: 'births.csv', kind: 'file' }, ['aaaa03', 'aaaa02']],
    [{ name: 'births.csv', kind: 'table' }, []],
    [{ where: 'acc>0.85' }, ['aaaa03']],
    [{ where: 'acc >= 0.8, lr < 0.2' }, ['aaaa03', 'aaaa02']],
    [{ where: 'acc>0.85 lr>0.1' }, []],
    [{ text: 'FIT(LR' }, ['aaaa03', 'aaaa02']],
    [{ text: '100%' }, []],
    [{ since: at(20), until: at(40) }, ['aaaa03', 'aaaa02']],
    [{ actor: 'Ada', cell: 'rate' }, ['aaaa04', 'aaaa01']],
    [{ actor: 'user:unknown' }, []],
  ])('filtered by %j', async (query, runs) => {
    expect(await log(query)).toEqual(runs)
  })

  test('is paged, whatever the filter', async () => {
    const first = LogPage.parse(bodyOf(await ask(pastApi.log, {}, { name: 'lr', limit: '3' })))
    expect(first.runs).toHaveLength(3)
    expect(await log({ name: 'lr', limit: '3', before: first.next ?? '' })).toEqual(['aaaa01'])
  })

  test('refuses a comparison that is none, naming it', async () => {
    const reply = await ask(pastApi.log, {}, { where: 'acc>0.5 lr~1' })
    expect(reply).toMatchObject({ kind: 'refused', refusal: { status: 400 } })
    expect(JSON.stringify(reply)).toContain('lr~1')
  })

  test('is a table of parameters and metrics', async () => {
    const table = RunTable.parse(bodyOf(await ask(pastApi.table, {}, { cell: 'train' })))
    expect(table.parameters).toEqual(['lr'])
    expect(table.metrics).toEqual(['acc'])
    expect(table.rows.map(({ parameters, metrics }) => [parameters.lr, metrics.acc])).toEqual([
      [0.1, 0.9],
      [0.1, 0.8],
    ])
  })
})

describe('why', () => {
  const why = async (run: string, query = {}) => Why.parse(bodyOf(await ask(pastApi.why, { run }, query)))

  test('says in words what made it, from what, and what has changed since', async () => {
    const answer = await why('aaaa02', { name: 'acc' })
    expect(answer.headline).toBe(
      '`acc` was made by run 2 of its session, in cell 2, from `lr` (run 1, changed since) and `births.csv` (changed since). Further up, the code of `lr = 0.1` (cell 1) changed since.',
    )
    expect(answer.inputs[0]).toMatchObject({
      by: { run: 'aaaa01' },
      changedBy: { run: 'aaaa04' },
      changed: 'yes',
    })
    expect(answer.sourceChanged).toBe(true)
  })

  test('leads through a file into another notebook, and says that it is gone', async () => {
    const answer = await why('bbbb01')
    expect(answer.inputs[0]).toMatchObject({ by: { run: 'aaaa02', notebook: 'book.ipynb' }, changed: 'gone' })
    expect(answer.headline).toContain('(run 2 of book.ipynb, gone since)')
    expect(answer.sourceChanged).toBe(false)
  })

  test('refuses what could be several runs, and what is none', async () => {
    expect(await ask(pastApi.why, { run: 'aaaa' }, {})).toMatchObject({ refusal: { status: 409 } })
    expect(await ask(pastApi.why, { run: 'ffff' }, {})).toMatchObject({ refusal: { status: 404 } })
  })
})

test('a session has its timeline, and the state after each run', async () => {
  const timeline = Timeline.parse(bodyOf(await ask(pastApi.timeline, { session: '5e55aa' }, { limit: '3' })))
  expect(timeline).toMatchObject({ total: 4, next: 3, notebook: 'book.ipynb', ended: null })
  expect(timeline.runs.map(({ order }) => order)).toEqual([1, 2, 3])
  expect(timeline.runs[1]?.thumbnail?.mime).toBe('image/png')
  const moment = Moment.parse(bodyOf(await ask(pastApi.moment, { session: '5e55aaaa', order: '2' }, {})))
  expect(moment.cells.map(({ run }) => run)).toEqual(['aaaa01', 'aaaa02'])
  expect(moment.variables.map(({ name, by }) => [name, by.run])).toEqual([
    ['acc', 'aaaa02'],
    ['lr', 'aaaa01'],
  ])
})

test('a slice is a list, a script or a notebook', async () => {
  const ask3 = (as: string) => ask(pastApi.slice, { run: 'bbbb01' }, { as })
  const list = SliceList.parse(bodyOf(await ask3('ids')))
  expect(list.runs.map(({ run }) => run)).toEqual(['aaaa01', 'aaaa02', 'bbbb01'])
  expect(await ask3('script')).toMatchObject({
    body: [
      '# %% run 1 (aaaa01) of book.ipynb, cell 1\nlr = 0.1\n',
      '# %% run 2 (aaaa02) of book.ipynb, cell 2\nacc = fit(lr)\n',
      '# %% run 1 (bbbb01) of deep/other.ipynb, cell 1\n# reader\n',
    ].join('\n'),
  })
})

test('a thing has its history', async () => {
  const history = History.parse(bodyOf(await ask(pastApi.history, {}, { name: 'lr' })))
  expect(history.versions.map(({ by, edge: { digest } }) => [by.run, digest])).toEqual([
    ['aaaa04', 'xxh3:0.2'],
    ['aaaa01', 'xxh3:0.1'],
  ])
})

describe('a difference', () => {
  const diff = async (a: string, b: string) => Diff.parse(bodyOf(await ask(pastApi.diff, {}, { a, b })))

  test('of two runs names code and numbers, and nothing that is the same', async () => {
    const found = await diff('aaaa02', 'aaaa03')
    expect(found).toMatchObject({
      kind: 'runs',
      diff: {
        same: false,
        code: [
          { type: 'removed', text: 'acc = fit(lr)' },
          { type: 'added', text: 'acc = fit(lr, 2)' },
        ],
        inputs: [],
        parameters: [],
        metrics: [{ name: 'acc', a: '0.8', b: '0.9' }],
        outputs: [{ kind: 'bytes', b: null }],
      },
    })
  })

  test('of a run and itself is none', async () => {
    expect(await diff('aaaa02', 'aaaa02')).toMatchObject({ diff: { same: true } })
  })

  test('of two sessions goes by cells', async () => {
    const found = await diff('5e55aaaa', 'deep/other.ipynb')
    expect(found).toMatchObject({ kind: 'cells', same: false, order: null })
    const changes = found.kind === 'cells' ? found.cells.map(({ cellId, change }) => [cellId, change]) : []
    expect(changes).toEqual([
      ['train', 'removed'],
      ['rate', 'removed'],
      ['reader', 'added'],
    ])
  })

  test('of a run and a session is refused', async () => {
    expect(await ask(pastApi.diff, {}, { a: 'aaaa02', b: '5e55aaaa' })).toMatchObject({
      refusal: { status: 400 },
    })
  })
})
