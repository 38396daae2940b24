/** "Since it worked" in words, and which rows of a table changed. */

import type { Cause, SinceReport } from '@yesterday/server/contract/replay.ts'
import { sinceHeadline } from '@yesterday/server/contract/replay-words.ts'
import { sayIn } from '@yesterday/server/contract/words.ts'
import { expect, test } from 'vitest'
import { diffTables } from '../src/panels/past/compare/table-diff.ts'

const cause = (kind: Cause['kind'], name: string, cell: number | null = null): Cause => ({
  id: `${kind}:${name}`,
  kind,
  name,
  cell,
  was: null,
  is: null,
  words: '',
  provable: true,
  whyNot: null,
})
const trial = (swapped: readonly string[], explains: boolean) => ({
  swapped: [...swapped],
  verdict: explains ? ('identical' as const) : ('different' as const),
  explains,
  words: '',
})
const report = (causes: Cause[], proof: SinceReport['proof'] = null): SinceReport => ({
  bad: 'a1',
  good: 'b2',
  chosen: 'output',
  causes,
  proof,
  words: '',
})

const headline = (report: SinceReport) => sinceHeadline(report, sayIn.en)

test('the headline names what explains it', () => {
  const [code, file] = [cause('code', 'c1', 2), cause('file', 'in.csv')]
  expect(headline(report([]))).toBe('Nothing that was recorded differs.')
  expect(headline(report([file]))).toBe('One thing has changed since then: in.csv.')
  expect(headline(report([code, file]))).toBe(
    '2 things have changed since then. The likeliest cause: the code of cell 2.',
  )
  const base = trial([], false)
  const both = [code.id, file.id]
  expect(
    headline(
      report([code, file], {
        trials: [base, trial([file.id], true)],
        explanation: [file.id],
        isolation: null,
      }),
    ),
  ).toBe('One change explains it: in.csv.')
  expect(
    headline(report([code, file], { trials: [base, trial(both, true)], explanation: both, isolation: null })),
  ).toBe('2 changes together explain it: the code of cell 2 and in.csv.')
  expect(
    headline(report([code], { trials: [base, trial([code.id], false)], explanation: null, isolation: null })),
  ).toBe('None of these changes explains it alone or in pairs.')
  expect(
    headline(report([code], { trials: [trial([], true)], explanation: null, isolation: null })),
  ).toContain('not in the records')
})

test('changed, added and removed rows of a table', () => {
  const before = 'name,value\na,1\nb,2\nc,3\n'
  expect(diffTables(before, 'name,value\na,1\nb,5\nc,3\n')).toEqual({
    columns: ['name', 'value'],
    changes: [{ before: ['b', '2'], after: ['b', '5'], row: 2 }],
  })
  expect(diffTables(before, `${before}d,4\n`)?.changes).toEqual([{ before: null, after: ['d', '4'], row: 4 }])
  expect(diffTables(before, 'name,value\nb,2\nc,3\n')?.changes).toEqual([
    { before: ['a', '1'], after: null, row: 1 },
  ])
  expect(diffTables('x,y\n"a, b",1\n', 'x,y\n"a, b",2\n')?.changes).toEqual([
    { before: ['a, b', '1'], after: ['a, b', '2'], row: 1 },
  ])
})

test('what is no table, or has other columns, is none', () => {
  expect(diffTables('1\n2\n', '1\n3\n')).toBeNull()
  expect(diffTables('a,b\n1,2\n', 'a,c\n1,2\n')).toBeNull()
})
