/** pure. A difference as text for a terminal: what is the same is left out. */
import { sizeText } from '../../contract/amounts.ts'
import { HOST } from '../../contract/compare.ts'
import { comparisonSentence } from '../../contract/compare-words.ts'
import type { Diff, Difference, DiffLine, OutputDifference, RunDiff } from '../../contract/past.ts'
import { hostNameText } from '../../contract/receipt-words.ts'
import type { Say } from '../../contract/words.ts'
import { plain, shortId } from './text.ts'

/** Lines of code around a change. */
const AROUND = 3

export function diffText(diff: Diff, say: Say): readonly string[] {
  if (diff.kind === 'runs') return runLines(diff.diff, say)
  const cells = diff.cells.flatMap(({ cellId, change, code, run }) => [
    '',
    plain(`${say('why.cell', { cell: cellId })}: ${say(`changes.${change}`)}`),
    ...(code === null || run !== null ? [] : codeLines(code)),
    ...(run === null ? [] : runLines(run, say).map((line) => `  ${line}`)),
  ])
  const head = say('compare.sides', { a: diff.a, b: diff.b })
  const found = diff.same ? say('compare.same') : say('compare.cells', { count: diff.cells.length })
  return [plain(`${head}: ${found}`), ...orderLines(diff.order, say), ...cells]
}

type Order = Extract<Diff, { kind: 'cells' }>['order']

const orderLines = (order: Order, say: Say): readonly string[] =>
  order === null
    ? []
    : [
        '',
        say('changes.order'),
        plain(`  ${say('compare.wasOrder', { cells: order.a.join(', ') })}`),
        plain(`  ${say('compare.isOrder', { cells: order.b.join(', ') })}`),
      ]

function runLines(diff: RunDiff, say: Say): readonly string[] {
  const { outcome } = diff
  return [
    `${say('compare.runs', { a: shortId(diff.a.run), b: shortId(diff.b.run) })}. ${sentence(diff, say)}`,
    ...(diff.code === null ? [] : [say('receipt.code'), ...codeLines(diff.code)]),
    ...(outcome === null
      ? []
      : [plain(`${say('compare.result')}: ${outcome.a ?? '-'} → ${outcome.b ?? '-'}`)]),
    ...edges(say('receipt.used'), diff.inputs, say),
    ...edges(say('receipt.generated'), diff.generated, say),
    ...section(say('compare.packages'), diff.packages),
    ...section(
      say('receipt.environment'),
      diff.environment.map((one) => hostLine(one, say)),
    ),
    ...section(say('compare.figures'), [...diff.parameters, ...diff.metrics]),
    ...section(say('compare.random'), diff.random),
    ...(diff.outputs.length === 0
      ? []
      : [say('receipt.outputs'), ...diff.outputs.flatMap((output) => outputLines(output, say))]),
  ]
}

function sentence(diff: RunDiff, say: Say): string {
  const counts = {
    code: diff.code !== null,
    inputs: diff.inputs.length,
    environment: diff.packages.length + diff.environment.length,
    figures: diff.parameters.length + diff.metrics.length,
    outputs: diff.outputs.length,
    others: diff.generated.length + diff.random.length + (diff.outcome === null ? 0 : 1),
  }
  return comparisonSentence(counts, say)
}

/** The line of the kernels' places, in the reader's language; others as they are. */
const hostLine = (one: Difference, say: Say): Difference =>
  one.name === HOST
    ? { name: say('host.title'), a: hostNameText(one.a, say), b: hostNameText(one.b, say) }
    : one

function edges(title: string, differences: RunDiff['inputs'], say: Say): readonly string[] {
  const named = differences.map(({ kind, name, a, b }) => ({ name: `${say(`kind.${kind}`)}: ${name}`, a, b }))
  return section(title, named)
}

function section(title: string, differences: readonly Difference[]): readonly string[] {
  if (differences.length === 0) return []
  return [
    title,
    ...differences.map(({ name, a, b }) => plain(`  ${name}: ${short(a ?? '-')} → ${short(b ?? '-')}`)),
  ]
}

/** Shortens digests: their beginning distinguishes them. */
const short = (text: string): string => text.replaceAll(/\b(\w+:[0-9a-f]{12})[0-9a-f]{20,}/g, '$1…')

const signs: Readonly<Record<DiffLine['type'], string>> = { same: ' ', removed: '-', added: '+' }

/** What changed, with a few lines around it. */
export function codeLines(lines: readonly DiffLine[]): readonly string[] {
  const isNear = (at: number) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ type }) => type !== 'same')
  const shown: string[] = []
  let skipped = false
  for (const [at, { type, text }] of lines.entries()) {
    if (isNear(at)) {
      if (skipped) shown.push('  @@')
      shown.push(`  ${signs[type]} ${plain(text)}`)
    }
    skipped = !isNear(at)
  }
  return shown
}

function outputLines(output: OutputDifference, say: Say): readonly string[] {
  const title = `  ${say('compare.output', { index: String(output.index) })}`
  switch (output.kind) {
    case 'text':
      return [`${title}: ${say('compare.text')}`, ...codeLines(output.lines), ...moreLines(output.rest, say)]
    case 'table':
      return [
        `${title}: ${say('compare.table')}`,
        ...only('compare.row', output.rows, say),
        ...only('compare.column', output.columns, say),
        ...output.cells.map(({ row, column, a, b }) => plain(`    [${row}, ${column}]: ${a} → ${b}`)),
        ...(output.rest === 0 ? [] : [`    … ${say('compare.moreCells', { count: output.rest })}`]),
      ]
    case 'image':
      return [`${title}: ${imageWords(output, say)}`]
    case 'bytes':
      return [plain(`${title}: ${output.a?.mime ?? '-'} → ${output.b?.mime ?? '-'}`)]
  }
}

function imageWords({ a, b, pixels }: Extract<OutputDifference, { kind: 'image' }>, say: Say): string {
  const sizes = `${sizeText(a.size, say.locale)} → ${sizeText(b.size, say.locale)}`
  const words = [say('compare.image'), sizes]
  return [...words, ...(pixels === null ? [] : [say('compare.pixels', pixels)])].join(', ')
}

type Only = { readonly onlyA: readonly string[]; readonly onlyB: readonly string[] }

const only = (thing: 'compare.row' | 'compare.column', { onlyA, onlyB }: Only, say: Say) => [
  ...onlyA.map((name) => plain(`    - ${say(thing, { name })}`)),
  ...onlyB.map((name) => plain(`    + ${say(thing, { name })}`)),
]

/** How many lines are left out. */
export const moreLines = (count: number, say: Say): readonly string[] =>
  count === 0 ? [] : [`    … ${say('compare.moreLines', { count })}`]
