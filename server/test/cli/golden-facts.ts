/** One of each recorded fact, with fixed ids and times, for goldens of their words. */
import type { Why } from '../../contract/past.ts'
import type {
  Isolation,
  ReplayPlan,
  ReplayReport,
  RestoreReport,
  SinceReport,
  StepVerdict,
} from '../../contract/replay.ts'
import type { Receipt } from '../../contract/run.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { edge, file, receipt } from '../replay/given.ts'

const workers = [
  {
    worker: '1',
    role: 'pool',
    name: 'ForkPoolWorker-1',
    rank: 0,
    ended: 'exited',
    exitCode: 1,
    error: { ename: 'ValueError', evalue: 'bad row', traceback: 'Traceback\nValueError: bad row' },
    read: 2,
    written: 1,
  },
  { worker: '2', role: 'pool', rank: 1, ended: 'lost', read: 0, written: 0 },
]
const environment = {
  digest: digestOf('environment'),
  facets: {
    python: '3.11.9',
    platform: 'Linux',
    distributions: { numpy: '1.26' },
    variables: { TZ: 'UTC' },
  },
}
const output = { digest: digestOf('figure'), size: 40_960, outputType: 'display_data', name: null }

export const full: Receipt = receipt('aaaa0000000000000001', {
  source: 'acc = fit(table)\nplot(acc)',
  title: 'acc = fit(table)',
  order: 4,
  used: [
    edge('table', { type: 'DataFrame', shape: [100, 3], by: 'bbbb0000000000000002', parts: ["['age']"] }),
    edge('opaque', { edge: 'maybe', reason: 'an object of a library in C', digest: null }),
    file('births.csv', 'a,b\n', { size: 4 }),
    edge('births', { kind: 'table', digest: null, query: 'select *\n  from births' }),
    edge('python train.py', { kind: 'subprocess', digest: null, facets: { exitCode: 1, workers } }),
  ],
  generated: [
    edge('acc', { type: 'float', facets: { number: 0.9, params: { lr: 0.1, kernel: 'rbf' } } }),
    file('old.txt', null, { deleted: true }),
  ],
  environment,
  state: {
    cwd: '/work',
    random: { numpy: digestOf('2') },
    before: { numpy: digestOf('1') },
    entropy: null,
    hashSeed: null,
    answers: null,
    widgets: null,
  },
  outputs: [{ ...output, mime: 'image/png' }],
  cost: {
    wallMs: 65_000,
    cpuMs: 1500,
    peakMemoryBytes: 2_097_152,
    readBytes: 0,
    writtenBytes: 512,
    gpuMemoryBytes: null,
    agentMs: 3.4,
  },
  notCaptured: [{ what: 'socket', why: 'a native reader' }],
})

export const failed: Receipt = receipt('cccc0000000000000003', {
  outcome: 'error',
  error: { ename: 'KeyError', evalue: "'x'", traceback: ['…'] },
  cell: null,
  cellId: null,
  started: null,
})

const maker = { ...full, run: 'bbbb0000000000000002', order: 2, cell: 1, title: 'table = read()' }
export const why: Why = {
  run: full,
  about: { output: null, name: null },
  headline: '',
  lines: [],
  inputs: full.used.slice(0, 3).map((one, index) => ({
    edge: one,
    by: index === 0 ? maker : null,
    changed: index === 2 ? 'yes' : 'no',
    changedBy: null,
    words: '',
  })),
  roots: [
    { kind: 'file', name: 'raw.csv', changed: 'gone', by: maker, through: [maker] },
    { kind: 'code', name: 'table = read()', changed: 'changed', by: maker, through: [] },
  ],
  sourceChanged: true,
  notReplayable: 'the bytes of births.csv were deleted',
}

export const isolation: Isolation = {
  name: 'landlock',
  writes: 'refused',
  programs: 'contained',
  network: 'absent',
  why: 'namespaces are not permitted',
}
const was = { what: 'package', name: 'numpy', was: '1.26', is: '2.0' } as const

export const plan: ReplayPlan = {
  target: { kind: 'run', run: full.run },
  notebook: 'a.ipynb',
  session: 's',
  steps: (['re-run', 'reuse', 'cannot'] as const).map((action, index) => ({
    run: `${index}${full.run}`,
    cell: index === 0 ? null : index,
    cellId: null,
    title: `step(${index})`,
    action,
    why: action === 're-run' ? null : 'its value is kept',
    expectedMs: action === 're-run' ? 1200 : null,
  })),
  files: [
    { name: 'births.csv', digest: digestOf('a'), from: 'store', why: null },
    { name: 'gone.csv', digest: null, from: 'cannot', why: 'its bytes were not kept' },
    { name: 'own.csv', digest: null, from: 'made', why: null },
  ],
  environment: [was],
  effects: ['POST to https://api.example.org'],
  isolation,
  sends: [],
  allowable: { programs: [], hosts: [] },
  expectedMs: 1200,
}

const step = (verdict: StepVerdict['verdict'], more: Partial<StepVerdict> = {}): StepVerdict => ({
  run: full.run,
  replayRun: null,
  cell: 2,
  cellId: null,
  title: 'fit()',
  verdict,
  outputs: [],
  versions: [],
  why: null,
  durationMs: 1300,
  ...more,
})
const output0 = { index: 0, mime: 'text/plain', was: null, is: null, why: null }
const version = { kind: 'variable', was: null, is: null } as const

export const report: ReplayReport = {
  plan,
  session: null,
  verdict: 'different',
  steps: [
    step('identical'),
    step('equal', { outputs: [{ ...output0, verdict: 'equal', rules: ['numbers', 'order'] }] }),
    step('different', {
      versions: [
        { ...version, name: 'acc', verdict: 'different' },
        { ...version, name: 'log', verdict: 'in part' },
      ],
    }),
    step('failed', { why: 'KeyError: x' }),
  ],
  environment: [was],
  isolation,
  written: [
    { name: 'model.pkl', change: 'created', size: 20, sizeOnDisk: null, digest: null, kept: true },
    { name: 'a.csv', change: 'changed', size: 3, sizeOnDisk: 4, digest: null, kept: true },
  ],
  cause: 'births.csv changed',
  problems: ['numpy 1.26 cannot be installed'],
}

const cause = (kind: SinceReport['causes'][number]['kind'], name: string, cell: number | null = null) => ({
  id: `${kind}:${name}`,
  kind,
  name,
  cell,
  was: '1.26',
  is: '2.0',
  words: '',
  provable: true,
  whyNot: null,
})
export const sinceFound: SinceReport = {
  bad: full.run,
  good: maker.run,
  chosen: 'output',
  causes: [
    cause('code', 'fit', 2),
    {
      ...cause('file', 'births.csv'),
      provable: false,
      whyNot: 'the bytes of the former version were not kept',
    },
    cause('seed', 'numpy.random', 1),
    cause('package', 'numpy'),
  ],
  proof: null,
  words: '',
}
export const sinceProved: SinceReport = {
  ...sinceFound,
  proof: {
    trials: [{ swapped: [], verdict: 'different', explains: false, words: '' }],
    explanation: ['code:fit', 'package:numpy'],
    isolation,
  },
}

const restoredAs = (name: string, result: RestoreReport['variables'][number]['result']) => ({
  name,
  result,
  why: result === 'not restorable' ? 'a lock' : null,
})
export const restored: RestoreReport & { readonly connectionFile: string } = {
  run: full.run,
  session: null,
  variables: [
    restoredAs('x', 'restored'),
    restoredAs('y', 'recomputed'),
    restoredAs('z', 'differs'),
    restoredAs('lock', 'not restorable'),
  ],
  random: [restoredAs('numpy', 'restored')],
  loaded: [full.run],
  recomputed: [maker.run],
  expectedMs: null,
  tookMs: 2100,
  isolation,
  problems: [],
  connectionFile: '/run/kernel-1.json',
}

/** The same cell later: other code, another library, another picture. */
export const later: Receipt = receipt('dddd0000000000000004', {
  ...full,
  run: 'dddd0000000000000004',
  source: 'acc = fit(table, 2)\nplot(acc)',
  used: [file('births.csv', 'a,b\n1,2\n'), edge('added')],
  generated: [edge('acc', { digest: digestOf('other'), facets: { params: { lr: 0.2, kernel: 'poly' } } })],
  environment: { ...environment, facets: { ...environment.facets, distributions: { numpy: '2.0' } } },
  outputs: [{ ...output, mime: 'text/plain', digest: digestOf('text') }],
})
