/** pure. A difference as text for a terminal: what is the same is left out. */
import type { Diff, Difference, DiffLine, OutputDifference, RunDiff } from '../../contract/past.ts'
import { counted, plain, shortId, size } from './text.ts'

/** Lines of code around a change. */
const AROUND = 3

export function diffText(diff: Diff): readonly string[] {
  if (diff.kind === 'runs') return runLines(diff.diff)
  const cells = diff.cells.flatMap(({ cellId, change, code, run }) => [
    '',
    plain(`cell ${cellId}: ${change}`),
    ...(code === null || run !== null ? [] : codeLines(code)),
    ...(run === null ? [] : runLines(run).map((line) => `  ${line}`)),
  ])
  const order =
    diff.order === null
      ? []
      : ['', plain(`order: ${diff.order.a.join(', ')}`), plain(`   now: ${diff.order.b.join(', ')}`)]
  return [plain(`${diff.a} and ${diff.b}: ${diff.same ? 'the same' : 'different'}`), ...order, ...cells]
}

function runLines(diff: RunDiff): readonly string[] {
  const head = `run ${shortId(diff.a.run)} and run ${shortId(diff.b.run)}: ${diff.same ? 'the same' : 'different'}`
  return [
    head,
    ...(diff.code === null ? [] : ['Code', ...codeLines(diff.code)]),
    ...section('Outcome', diff.outcome === null ? [] : [diff.outcome]),
    ...section('Inputs', diff.inputs),
    ...section('Generated', diff.generated),
    ...section('Packages', diff.packages),
    ...section('Environment', diff.environment),
    ...section('Parameters', diff.parameters),
    ...section('Metrics', diff.metrics),
    ...section('Random states before', diff.random),
    ...(diff.outputs.length === 0 ? [] : ['Outputs', ...diff.outputs.flatMap(outputLines)]),
  ]
}

function section(title: string, differences: readonly (Difference & { kind?: string })[]): readonly string[] {
  if (differences.length === 0) return []
  return [
    title,
    ...differences.map(({ kind, name, a, b }) =>
      plain(`  ${kind ? `${kind} ` : ''}${name}: ${short(a ?? '-')} → ${short(b ?? '-')}`),
    ),
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

function outputLines(output: OutputDifference): readonly string[] {
  const title = `  output ${output.index}`
  switch (output.kind) {
    case 'text':
      return [`${title}: text`, ...codeLines(output.lines), ...rest(output.rest, 'line')]
    case 'table':
      return [
        `${title}: table`,
        ...only('row', output.rows),
        ...only('column', output.columns),
        ...output.cells.map(({ row, column, a, b }) => plain(`    [${row}, ${column}]: ${a} → ${b}`)),
        ...rest(output.rest, 'cell'),
      ]
    case 'image':
      return [`${title}: image, ${size(output.a.size)} → ${size(output.b.size)}${pixels(output.pixels)}`]
    case 'bytes':
      return [plain(`${title}: ${output.a?.mime ?? 'none'} → ${output.b?.mime ?? 'none'}`)]
  }
}

const only = (thing: string, { onlyA, onlyB }: { onlyA: string[]; onlyB: string[] }) => [
  ...onlyA.map((name) => plain(`    - ${thing} ${name}`)),
  ...onlyB.map((name) => plain(`    + ${thing} ${name}`)),
]

export const rest = (count: number, thing: string): readonly string[] =>
  count === 0 ? [] : [`    … ${counted(count, `more ${thing}`)}`]

const pixels = (found: { different: number; of: number } | null) =>
  found === null ? '' : `, ${found.different} of ${found.of} pixels differ`
