/** pure. Rows of the comparison: ours next to each other program, and whether we are behind. */

/** A figure in ms, or why there is none. */
export type Value = number | string

export interface Row {
  readonly name: string
  /** Ours is the first. */
  readonly values: ReadonlyMap<string, Value>
  /** What nothing can be faster than, in the same run. */
  readonly baseline?: { readonly name: string; readonly value: number }
}

/** Ratios up to here are noise. */
const EVEN = 1.05

/** The programs that are faster than ours in this row. */
export function aheadOfUs({ values }: Row): readonly string[] {
  const [own, ...others] = values
  if (own === undefined) return []
  const [, ours] = own
  return others.flatMap(([name, theirs]) =>
    typeof theirs === 'number' && (typeof ours !== 'number' || ours > theirs * EVEN) ? [name] : [],
  )
}

/** One line: ours, each other with the ratio ours / theirs, the baseline, and who is ahead of us. */
export function rowLine(row: Row): string {
  const [own, ...others] = row.values
  const ours = own?.[1] ?? 'not measured'
  const rest = others.map(([name, theirs]) => `${name} ${text(theirs)}${ratio(ours, theirs)}`)
  const base = row.baseline === undefined ? [] : [`${row.baseline.name} ${text(row.baseline.value)}`]
  const ahead = aheadOfUs(row)
  const verdict = ahead.length === 0 ? [] : [`BEHIND ${ahead.join(', ')}`]
  return [`${row.name.padEnd(40)} ${own?.[0] ?? ''} ${text(ours)}`, ...rest, ...base, ...verdict].join(' | ')
}

const text = (value: Value): string => (typeof value === 'number' ? `${value.toFixed(1)} ms` : value)

const ratio = (ours: Value, theirs: Value): string =>
  typeof ours === 'number' && typeof theirs === 'number' && theirs > 0
    ? ` (${(ours / theirs).toFixed(2)}x)`
    : ''
