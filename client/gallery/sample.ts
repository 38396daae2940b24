/** A notebook as people write them: text, code, a result, a plot, an error. */
import type { LogPage } from '@yesterday/server/contract/run.ts'
import { minutesAgo, summary } from './data.ts'
import type { FixtureCell } from './fixture.ts'

const PLOT = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="160" viewBox="0 0 320 160">
<rect width="320" height="160" fill="white"/><path d="M10 150 L80 90 L150 110 L220 40 L310 20" fill="none" stroke="#1864ab" stroke-width="3"/></svg>`

export const traceback = [
  '\u001b[31m---------------------------------------------------------------------------\u001b[39m',
  '\u001b[31mKeyError\u001b[39m                                  Traceback (most recent call last)',
  '\u001b[36mCell\u001b[39m\u001b[36m \u001b[39m\u001b[32mIn[4]\u001b[39m\u001b[32m, line 1\u001b[39m',
  "\u001b[32m----> \u001b[39m\u001b[32m1\u001b[39m \u001b[43mframe\u001b[49m\u001b[43m[\u001b[49m\u001b[33;43m'bmi2'\u001b[39;49m\u001b[43m]\u001b[49m",
  "\u001b[31mKeyError\u001b[39m: 'bmi2'",
]

export const sampleCells: readonly FixtureCell[] = [
  {
    id: 'title',
    type: 'markdown',
    source: '# Diabetes\n\nHow well does a *linear* model do? See [the data](https://example.org), $y = Xw$.',
  },
  {
    id: 'load',
    source: "import pandas as pd\nframe = pd.read_csv('births.csv')\nframe.shape",
    count: 1,
    outputs: [
      {
        output_type: 'execute_result',
        data: { 'text/plain': '(442, 12)' },
        metadata: {},
        execution_count: 1,
      },
    ],
  },
  {
    id: 'fit',
    source: 'model = Ridge(alpha=lr).fit(X, y)\nprint(model.score(X, y))',
    count: 3,
    outputs: [{ output_type: 'stream', name: 'stdout', text: '0.5177484222203499\n' }],
  },
  {
    id: 'plot',
    source: 'frame.plot()',
    count: 5,
    outputs: [
      { output_type: 'display_data', data: { 'image/svg+xml': PLOT, 'text/plain': '<Axes>' }, metadata: {} },
    ],
  },
  {
    id: 'fails',
    source: "frame['bmi2']",
    count: 4,
    outputs: [{ output_type: 'error', ename: 'KeyError', evalue: "'bmi2'", traceback }],
  },
  { id: 'raw', type: 'raw', source: 'Raw text stays as it is.' },
  { id: 'new', source: '' },
]

export const sampleRuns: LogPage = {
  runs: [
    summary('r-fails', { cellId: 'fails', cell: 5, outcome: 'error', ended: minutesAgo(1), durationMs: 31 }),
    summary('r-plot', { cellId: 'plot', cell: 4, ended: minutesAgo(2), durationMs: 412 }),
    summary('r-fit', { cellId: 'fit', ended: minutesAgo(3) }),
    summary('r-load', { cellId: 'load', cell: 2, ended: minutesAgo(4), durationMs: 65_000 }),
  ],
  next: null,
}
