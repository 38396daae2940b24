/**
 * Merges of nbdime's own test notebooks (https://github.com/jupyter/nbdime, BSD-3-Clause, see nbdime/LICENSE.md). The first
 * number is how many conflicts nbdime 4 finds with its default strategy, the last one how many we find. We find none where only ids
 * differ or one side added cells next to others, and one where nbdime counts a cell's parts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../contract/json.ts'
import { problemOf } from '../../setup/nbformat-judge.js'
import type { NotebookForm } from '../../src/document/cell-form.ts'
import { conflictGroups } from '../../src/document/conflict-cells.ts'
import { readNotebook } from '../../src/document/ipynb-read.ts'
import { writeNotebook } from '../../src/document/ipynb-write.ts'
import { fileText } from '../../src/document/notebook-file.ts'
import { diffNotebooks } from '../../src/git/diff-notebooks.ts'
import { mergeNotebooks } from '../../src/git/merge-notebooks.ts'

type Case = readonly [base: string, ours: string, theirs: string, nbdime: number, here: number]
const CASES: readonly Case[] = [
  ['inline-conflict--1', 'inline-conflict--2', 'inline-conflict--3', 1, 1],
  ['mixed-conflicts--1', 'mixed-conflicts--2', 'mixed-conflicts--3', 10, 3],
  ['output-conflict--1', 'output-conflict--2', 'output-conflict--3', 3, 1],
  ['source-conflict--1', 'source-conflict--2', 'source-conflict--3', 1, 1],
  ['cellids--base', 'cellids--local', 'cellids--remote', 4, 1],
  ['multi_cell_nb', 'multi_cell_nb--local', 'multi_cell_nb--remote', 0, 0],
  ['multi_cell_nb', 'multi_cell_nb--cellchange', 'multi_cell_nb--local', 2, 2],
  ['multilevel-test-base', 'multilevel-test-local', 'multilevel-test-remote', 0, 0],
  ['merge_test1-center', 'merge_test1-left', 'merge_test1-right', 1, 1],
  ['merge_test2-center', 'merge_test2-left', 'merge_test2-right', 1, 0],
  ['merge_test3-center', 'merge_test3-left', 'merge_test3-right', 2, 2],
  ['merge_test4-center', 'merge_test4-left', 'merge_test4-right', 1, 0],
  ['merge_test5-center', 'merge_test5-left', 'merge_test5-right', 1, 1],
  ['merge_test6-center', 'merge_test6-left', 'merge_test6-right', 3, 2],
  ['apap', 'apap--1', 'apap--2', 1, 0],
  ['apap', 'apap--1', 'apap--3', 3, 1],
  ['apap', 'apap--2', 'apap--3', 3, 1],
  ['attachment', 'attachment--change_attachment', 'attachment--remove_attachment', 1, 1],
  ['single_cell_nb', 'single_cell_nb--changed_ec', 'single_cell_nb--changed_metadata', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_ec', 'single_cell_nb--changed_output', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_ec', 'single_cell_nb--changed_source', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_ec', 'single_cell_nb--changed_source_output', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_ec', 'single_cell_nb--changed_source_output_ec', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_metadata', 'single_cell_nb--changed_output', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_metadata', 'single_cell_nb--changed_source', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_metadata', 'single_cell_nb--changed_source_output', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_metadata', 'single_cell_nb--changed_source_output_ec', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_output', 'single_cell_nb--changed_source', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_output', 'single_cell_nb--changed_source_output', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_output', 'single_cell_nb--changed_source_output_ec', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_source', 'single_cell_nb--changed_source_output', 0, 0],
  ['single_cell_nb', 'single_cell_nb--changed_source', 'single_cell_nb--changed_source_output_ec', 0, 0],
  [
    'single_cell_nb',
    'single_cell_nb--changed_source_output',
    'single_cell_nb--changed_source_output_ec',
    0,
    0,
  ],
  ['empty', 'foo--1', 'foo--2', 2, 2],
  ['empty', 'error--1', 'error--2', 2, 2],
  ['empty', 'markdown-only--1', 'markdown-only--2', 2, 2],
  ['empty', 'unicode--1', 'unicode--2', 1, 1],
  ['empty', 'src-and-output--1', 'src-and-output--2', 0, 0],
]

function load(name: string) {
  const read = readNotebook(readFileSync(join(import.meta.dirname, 'nbdime', `${name}.ipynb`)))
  if (!read.ok) throw new Error(`${name}: ${read.refusal.message}`)
  return read
}
const linesOf = ({ cells }: NotebookForm): readonly string[] =>
  cells.flatMap(({ source }) => source.split('\n'))

test.each(CASES)('%s: %s and %s', async (first, left, right, _, here) => {
  const [base, ours, theirs] = [load(first), load(left), load(right)]
  const { form, conflicts } = mergeNotebooks(base.file.form, ours.file.form, theirs.file.form)
  const large = new Map([...base.large, ...theirs.large, ...ours.large])
  const written = await writeNotebook(ours.file, form, async (digest) => large.get(digest) ?? null)
  expect(await problemOf([...fileText(written)].join(''))).toBe('')
  const [before, merged] = [new Set(linesOf(base.file.form)), new Set(linesOf(form))]
  for (const line of [...linesOf(ours.file.form), ...linesOf(theirs.file.form)])
    if (!before.has(line)) expect(merged).toContain(line)
  expect(conflicts).toHaveLength(here)
  expect(conflictGroups(form.cells)).toHaveLength(here)
})

/** What nbdime 4 makes of the cases without a conflict, by the names of both sides: `nbmerge BASE OURS THEIRS`. */
const merged: Readonly<Record<string, readonly object[]>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'nbdime/merged.json'), 'utf8'),
)
/** Where we differ on purpose. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'single_cell_nb--changed_output single_cell_nb--changed_source':
    'the output of one side does not come below the source of the other one',
  'src-and-output--1 src-and-output--2':
    'both sides added the same seven sources: they are seven cells, of which nbdime makes nine',
}
const AGREED = CASES.filter(
  ([, left, right, nbdime]) => nbdime === 0 && DIFFERENT[`${left} ${right}`] === undefined,
)

/** The text of an output, in whichever member its type has it. */
function textOf(output: JsonObject): string {
  const data = isJsonObject(output.data) ? output.data['text/plain'] : undefined
  const text = output.text ?? data ?? output.ename ?? ''
  return Array.isArray(text) ? text.join('') : String(text)
}

test.each(AGREED)(
  '%s: %s and %s have the cells, sources and outputs that nbdime gives them',
  async (...one) => {
    const [first, left, right] = one
    const [base, ours, theirs] = [load(first), load(left), load(right)]
    const { form } = mergeNotebooks(base.file.form, ours.file.form, theirs.file.form)
    const large = new Map([...base.large, ...theirs.large, ...ours.large])
    const written = await writeNotebook(ours.file, form, async (digest) => large.get(digest) ?? null)
    const { cells } = JSON.parse([...fileText(written)].join(''))
    const shown = cells.map((cell: JsonObject) => ({
      type: cell.cell_type,
      source: Array.isArray(cell.source) ? cell.source.join('') : cell.source,
      outputs: Array.isArray(cell.outputs) ? cell.outputs.filter(isJsonObject).map(textOf) : [],
    }))
    expect(shown).toEqual(merged[`${left} ${right}`])
  },
)

test.each(CASES)(
  '%s: %s and %s: what one side removed is in no cell without a conflict',
  (first, left, right) => {
    const [base, ours, theirs] = [load(first), load(left), load(right)].map(({ file }) => file.form)
    if (!base || !ours || !theirs) throw new Error('missing')
    const { form } = mergeNotebooks(base, ours, theirs)
    const groups = conflictGroups(form.cells)
    const kept = [linesOf(ours), linesOf(theirs)].map((lines) => new Set(lines))
    const free = form.cells.filter(
      (_, place) => !groups.some(({ start, end }) => start <= place && place <= end),
    )
    for (const line of linesOf({ ...form, cells: free }))
      expect([line, kept.some((lines) => lines.has(line))]).toEqual([line, true])
    const gone = linesOf(base).filter((line) => kept.some((lines) => !lines.has(line)))
    const remaining = new Set(linesOf({ ...form, cells: free }))
    expect(gone.filter((line) => remaining.has(line))).toEqual([])
  },
)

test('a diff of any two of them names what changed, except counts of runs', () => {
  for (const [first, left] of CASES) {
    const [before, after] = [load(first).file.form, load(left).file.form]
    expect(diffNotebooks('a.ipynb', before, before)).toEqual([])
    if (left.endsWith('_ec')) continue
    expect(diffNotebooks('a.ipynb', before, after).length, `${first} ${left}`).toBeGreaterThan(2)
  }
})
