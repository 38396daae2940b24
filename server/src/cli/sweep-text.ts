/** pure. The trials of a sweep as lines for a person. */

import type { TrialResult } from '../sweeps/trial.ts'
import { numberText } from './log-numbers.ts'
import { shortId, table } from './text.ts'

const valuesText = ({ trial }: TrialResult): string =>
  Object.entries(trial)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

const seconds = ({ durationMs }: TrialResult): string => `${(durationMs / 1000).toFixed(1)} s`

/** A trial that has ended. */
export function sweepLine(result: TrialResult, total: number): string {
  const { number, outcome, figures, error } = result
  const metrics = Object.entries(figures.metrics).map(([name, value]) => `${name}=${numberText(value)}`)
  const words = [
    `trial ${number}/${total}`,
    outcome,
    seconds(result),
    valuesText(result),
    ...metrics,
    error ?? '',
  ]
  return words.filter((word) => word !== '').join('  ')
}

/** A line of names, then a line for each trial. `-acc` sorts from the largest; trials without that metric come last. */
export function sweepTable(results: readonly TrialResult[], sort: string | undefined): readonly string[] {
  const parameters = [...new Set(results.flatMap(({ trial }) => Object.keys(trial)))]
  const metrics = [...new Set(results.flatMap(({ figures }) => Object.keys(figures.metrics)))].sort()
  const lines = sorted(results, sort).map((result) => [
    String(result.number),
    result.outcome,
    ...parameters.map((name) => result.trial[name] ?? '-'),
    ...metrics.map((name) => numberText(result.figures.metrics[name])),
    seconds(result),
    shortId(result.runs.at(-1) ?? '-'),
  ])
  return table([['trial', 'outcome', ...parameters, ...metrics, 'time', 'last run'], ...lines])
}

function sorted(results: readonly TrialResult[], by: string | undefined): readonly TrialResult[] {
  const inOrder = results.toSorted((a, b) => a.number - b.number)
  if (by === undefined) return inOrder
  const [name, sign] = by.startsWith('-') ? [by.slice(1), -1] : [by, 1]
  return inOrder.toSorted((a, b) => {
    const [x, y] = [a.figures.metrics[name], b.figures.metrics[name]]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    return sign * (x - y)
  })
}
