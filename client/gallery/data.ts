/** Records of runs for fixtures: whole and valid, so that a fixture names only what it is about. */
import type { AroundNode } from '@yesterday/server/contract/around.ts'
import type { TableRow } from '@yesterday/server/contract/past.ts'
import type { Edge, OutputEntry, Receipt, RunSummary } from '@yesterday/server/contract/run.ts'

const MINUTE = 60_000
const begun = Date.now()

/** A moment before the page was opened, ISO 8601. */
export const minutesAgo = (minutes: number): string => new Date(begun - minutes * MINUTE).toISOString()

export const digest = (end: string): string => `sha256:${end.padStart(64, '0')}`

export const ada = { id: 'ada', name: 'Ada Lovelace' }

export const summary = (run: string, over: Partial<RunSummary> = {}): RunSummary => ({
  run,
  session: 's1',
  notebook: 'analysis.ipynb',
  cell: 3,
  cellId: 'fit',
  outcome: 'ok',
  actor: ada,
  queued: minutesAgo(5),
  started: minutesAgo(5),
  ended: minutesAgo(5),
  durationMs: 1340,
  executionCount: 3,
  title: 'model = Ridge(alpha=lr).fit(X, y)',
  usedNames: ['X', 'y', 'lr', 'births.csv'],
  generatedNames: ['model', 'acc'],
  ...over,
})

export const row = (run: string, over: Partial<TableRow> = {}): TableRow => ({
  ...summary(run),
  parameters: {},
  metrics: {},
  ...over,
})

export const edge = (name: string, over: Partial<Edge> = {}): Edge => ({
  kind: 'variable',
  name,
  version: `${name} 1`,
  digest: digest('a1'),
  edge: 'observed',
  by: null,
  makers: [],
  parts: null,
  reason: null,
  type: 'float',
  shape: null,
  schema: null,
  size: 24,
  preview: '0.01',
  deleted: false,
  query: null,
  facets: null,
  value: null,
  ...over,
})

export const output = (
  mime: string,
  end: string,
  outputType = 'display_data',
  name: string | null = null,
): OutputEntry => ({ mime, digest: digest(end), size: 2048, outputType, name })

export const receipt = (run: string, over: Partial<Receipt> = {}): Receipt => ({
  ...summary(run),
  source: 'model = Ridge(alpha=lr).fit(X, y)\nacc = model.score(X, y)\nacc',
  sourceDigest: digest('c0de'),
  order: 14,
  error: null,
  death: null,
  used: [
    edge('X', {
      type: 'DataFrame',
      shape: [442, 10],
      preview: 'DataFrame 442 × 10',
      by: 'r-load',
      schema: [
        ['age', 'float64'],
        ['bmi', 'float64'],
      ],
    }),
    edge('lr', { by: 'r-params' }),
    edge('widget alpha.value', { kind: 'state', type: null, preview: '0.3', reason: 'set by Ana' }),
    edge('births.csv', { kind: 'file', type: null, preview: null, size: 18_204 }),
    edge('births-2.csv', { kind: 'file', type: null, preview: null, facets: { workers: ['1', '2'] } }),
    edge('multiprocessing: 2 processes', {
      kind: 'subprocess',
      type: null,
      preview: null,
      digest: null,
      facets: {
        program: 'process',
        workers: [
          {
            worker: '1',
            role: 'pool',
            name: 'ForkPoolWorker-1',
            rank: 0,
            ended: 'running',
            read: 1,
            written: 0,
          },
          {
            worker: '2',
            role: 'process',
            name: 'ForkProcess-2',
            rank: 1,
            ended: 'exited',
            exitCode: 1,
            error: { ename: 'ValueError', evalue: 'no data', traceback: 'ValueError: no data' },
            read: 1,
            written: 0,
          },
        ],
      },
    }),
    edge('sklearn', { kind: 'module', type: null, preview: '1.7.2', digest: null, reason: 'a module' }),
  ],
  generated: [
    edge('model', { type: 'Ridge', preview: 'Ridge(alpha=0.01)' }),
    edge('acc', { preview: '0.517' }),
  ],
  environment: {
    digest: digest('e0'),
    facets: { python: '3.11.2', platform: 'Linux-6.1-x86_64', packages: { numpy: '2.4.1', pandas: '3.0.2' } },
  },
  state: {
    cwd: '/home/ada/diabetes',
    random: { python: digest('51'), numpy: digest('52') },
    before: {},
    entropy: null,
    hashSeed: '0',
    answers: null,
    widgets: null,
  },
  outputs: [output('text/plain', 'd00d', 'execute_result')],
  cost: {
    wallMs: 1340,
    cpuMs: 1210,
    peakMemoryBytes: 182_000_000,
    readBytes: 18_204,
    writtenBytes: 0,
    gpuMemoryBytes: null,
    agentMs: 12,
  },
  notCaptured: [],
  ...over,
})

export const node = (run: string, order: number, over: Partial<AroundNode> = {}): AroundNode => ({
  ...summary(run),
  order,
  hops: 1,
  more: 0,
  ...over,
})
