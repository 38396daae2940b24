/** Plans, reports and jobs of replays for fixtures. */
import type {
  Cause,
  Isolation,
  Job,
  PlanStep,
  ReplayPlan,
  ReplayReport,
  RestoreReport,
  SinceReport,
  StepVerdict,
  Verdict,
} from '@yesterday/server/contract/replay.ts'
import { digest, minutesAgo } from './data.ts'

export const contained: Isolation = {
  name: 'bubblewrap',
  writes: 'private',
  programs: 'contained',
  network: 'absent',
  why: null,
}
export const refusing: Isolation = {
  ...contained,
  name: 'landlock',
  writes: 'refused',
  why: 'Namespaces are not permitted here.',
}
export const unprotected: Isolation = {
  name: 'none',
  writes: 'open',
  programs: 'open',
  network: 'open',
  why: 'This system has no isolation that Yesterday knows.',
}

const step = (run: string, over: Partial<PlanStep> = {}): PlanStep => ({
  run,
  cell: 2,
  cellId: 'load',
  title: "frame = pd.read_csv('births.csv')",
  action: 're-run',
  why: null,
  expectedMs: 1200,
  ...over,
})

export const plan: ReplayPlan = {
  target: { kind: 'run', run: 'r1' },
  notebook: 'analysis.ipynb',
  session: 's1',
  steps: [
    step('r-load'),
    step('r-params', { action: 'reuse', why: 'Its value is kept.', title: 'lr = 0.01', cell: 3 }),
    step('r1', { title: 'model = Ridge(alpha=lr).fit(X, y)', cell: 4, expectedMs: 42_000 }),
  ],
  files: [
    { name: 'births.csv', digest: digest('b1'), from: 'disk', why: null },
    { name: 'old.csv', digest: digest('b2'), from: 'store', why: null },
    { name: 'gone.csv', digest: null, from: 'cannot', why: 'Its content was not captured.' },
  ],
  environment: [],
  effects: ['POST to https://api.example.org'],
  isolation: contained,
  sends: ['POST to https://api.example.org'],
  allowable: { programs: ['make data', 'rm -f out.csv'], hosts: ['api.example.org'] },
  expectedMs: 43_200,
}

const stepVerdict = (run: string, verdict: Verdict, over: Partial<StepVerdict> = {}): StepVerdict => ({
  run,
  replayRun: `${run}-again`,
  cell: 2,
  cellId: 'load',
  title: "frame = pd.read_csv('births.csv')",
  verdict,
  outputs: [
    {
      index: 0,
      mime: 'text/plain',
      verdict,
      rules: verdict === 'equal' ? ['numbers', 'timings'] : [],
      was: digest('1'),
      is: digest('2'),
      why: verdict === 'different' ? '0.517 is 0.521' : null,
    },
  ],
  versions: [],
  why: verdict === 'failed' ? 'KeyError: bmi2' : null,
  durationMs: 1300,
  ...over,
})

export const report = (verdict: Verdict, over: Partial<ReplayReport> = {}): ReplayReport => ({
  plan,
  session: 's2',
  verdict,
  steps: [stepVerdict('r-load', 'identical'), stepVerdict('r1', verdict, { cell: 4 })],
  environment: [],
  isolation: contained,
  written: [],
  cause: verdict === 'different' ? 'births.csv changed.' : null,
  problems: [],
  ...over,
})

export const written: ReplayReport['written'] = [
  { name: 'model.pkl', change: 'created', size: 20_480, sizeOnDisk: null, digest: digest('1'), kept: true },
  {
    name: 'births.csv',
    change: 'changed',
    size: 18_000,
    sizeOnDisk: 18_204,
    digest: digest('2'),
    kept: true,
  },
  { name: 'tmp.lock', change: 'deleted', size: null, sizeOnDisk: 12, digest: null, kept: false },
]

export const job = (kind: Job['kind'], over: Partial<Job> = {}): Job => ({
  id: 'j1',
  kind,
  state: 'done',
  revision: 1,
  started: minutesAgo(1),
  progress: { done: 3, total: 3, now: null, verdicts: [] },
  replay: null,
  since: null,
  restore: null,
  move: null,
  problem: null,
  ...over,
})

const cause = (id: string, over: Partial<Cause>): Cause => ({
  id,
  kind: 'code',
  name: 'params',
  cell: 3,
  was: 'lr = 0.01',
  is: 'lr = 10',
  words: 'the code of cell 3',
  provable: true,
  whyNot: null,
  ...over,
})

export const since: SinceReport = {
  bad: 'r1',
  good: 'r0',
  chosen: 'success',
  causes: [
    cause('code', {}),
    cause('file', { kind: 'file', name: 'births.csv', cell: null, was: digest('aaaa'), is: digest('bbbb') }),
    cause('pandas', {
      kind: 'package',
      name: 'pandas',
      cell: null,
      was: '2.3.0',
      is: '3.0.2',
      provable: false,
      whyNot: 'pandas 2.3.0 is not installed.',
    }),
  ],
  proof: null,
  words: '',
}

export const proved: SinceReport = {
  ...since,
  proof: {
    trials: [
      { swapped: [], verdict: 'different', explains: false, words: '' },
      { swapped: ['code'], verdict: 'different', explains: false, words: '' },
      { swapped: ['code', 'file'], verdict: 'identical', explains: true, words: '' },
      { swapped: ['file'], verdict: null, explains: false, words: '' },
    ],
    explanation: ['code', 'file'],
    isolation: contained,
  },
}

export const restored: RestoreReport = {
  run: 'r1',
  session: 's3',
  variables: [
    { name: 'X', result: 'restored', why: null },
    { name: 'model', result: 'recomputed', why: null },
    { name: 'generator', result: 'not restorable', why: 'A generator cannot be stored.' },
    { name: 'now', result: 'differs', why: 'It depends on the clock.' },
  ],
  random: [{ name: 'numpy', result: 'restored', why: null }],
  loaded: ['r-load'],
  recomputed: ['r-fit'],
  expectedMs: 900,
  tookMs: 1240,
  isolation: contained,
  problems: [],
}
