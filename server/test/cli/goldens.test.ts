/** What commands print, as a whole: recorded facts in each language, and commands as a person starts them. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Diff } from '../../contract/past.ts'
import { Locale, sayIn } from '../../contract/words.ts'
import { diffText } from '../../src/cli/diff-text.ts'
import { receiptLines } from '../../src/cli/receipt-text.ts'
import { appliedLines, planLines, reportLines, restoredLines, sinceLines } from '../../src/cli/replay-text.ts'
import { whyLines } from '../../src/cli/why.ts'
import { diffRuns } from '../../src/lineage/diff.ts'
import { expectGolden } from '../golden.ts'
import * as facts from './golden-facts.ts'
import { fill, ids, newFolder, start } from './program.ts'

const runDiff = async () => {
  const bytes = new Map([
    [facts.full.outputs[0]?.digest, 'one\ntwo\n'],
    [facts.later.outputs[0]?.digest, 'one\nthree\n'],
  ])
  const read = async (digest: string) => Buffer.from(bytes.get(digest) ?? '')
  return diffRuns(
    { name: facts.full, receipt: facts.full },
    { name: facts.later, receipt: facts.later },
    read,
  )
}

/** Two notebooks, with a table and a picture that differ. */
const cellsDiff = async (): Promise<Diff> => {
  const run = await runDiff()
  const side = { mime: 'image/png', digest: 'sha256:1', size: 1000 }
  const outputs: typeof run.outputs = [
    { kind: 'image', index: 0, a: side, b: { ...side, size: 2000 }, pixels: { different: 12, of: 10_000 } },
    {
      kind: 'table',
      index: 1,
      rows: { onlyA: ['7'], onlyB: [] },
      columns: { onlyA: [], onlyB: ['age'] },
      cells: [{ row: '3', column: 'name', a: 'Bo', b: 'Bob' }],
      rest: 2,
    },
    { kind: 'text', index: 2, lines: [{ type: 'added', text: 'x' }], rest: 4 },
  ]
  return {
    kind: 'cells',
    a: 'before',
    b: 'a.ipynb',
    same: false,
    order: { a: ['c1', 'c2'], b: ['c2', 'c1'] },
    cells: [
      { cellId: 'c1', change: 'added', code: [{ type: 'added', text: 'x = 1' }], run: null },
      { cellId: 'c2', change: 'changed', code: null, run: { ...run, outputs } },
    ],
  }
}

describe.each(Locale.options)('recorded facts in %s', (locale) => {
  const say = sayIn[locale]
  const golden = (name: string, lines: Iterable<string>) =>
    expectGolden(import.meta.dirname, `${name}.${locale}.txt`, [...lines].join('\n'))

  test('receipts', async () => {
    await golden('receipt', receiptLines(facts.full, say))
    await golden('receipt-failed', receiptLines(facts.failed, say))
  })

  test('why', () => golden('why', whyLines(facts.why, facts.full, say)))

  test('differences', async () => {
    await golden('diff-runs', diffText({ kind: 'runs', diff: await runDiff() }, say))
    await golden('diff-cells', diffText(await cellsDiff(), say))
  })

  test('replays, causes and restored variables', async () => {
    await golden('plan', planLines(facts.plan, say))
    const applied = [
      { name: 'a.csv', isApplied: true, why: null },
      { name: 'b.csv', isApplied: false, why: 'it changed' },
    ]
    const diffs = new Map([['b.bin', { parts: [], rest: 3, why: 'it is no text' }]])
    await golden('report', [...reportLines(facts.report, diffs, say), ...appliedLines(applied, say)])
    await golden('since', sinceLines(facts.sinceFound, say))
    await golden('since-proved', sinceLines(facts.sinceProved, say))
    await golden('restore', restoredLines(facts.restored, say))
  })
})

describe('commands', () => {
  let root = ''
  beforeAll(async () => {
    root = await newFolder()
    await fill(root)
  })
  afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

  test.each([
    ['log', ['log']],
    ['slice', ['slice', ids.plot]],
    ['slice-script', ['slice', ids.plot, '--as', 'script']],
    ['why', ['why', ids.plot]],
    ['refusal', ['show', 'ffff']],
  ] as const)('%s', async (name, words) => {
    const { out, err } = await start({ cwd: root, env: {} }, words)
    await expectGolden(import.meta.dirname, `command-${name}.txt`, `${out}${err}`, [[root, '<root>']])
  })
  test('in the language of the terminal', async () => {
    const { out } = await start({ cwd: root, env: { LC_ALL: 'zh_CN.UTF-8' } }, ['log'])
    await expectGolden(import.meta.dirname, 'command-log-zh.txt', out)
  })
})
