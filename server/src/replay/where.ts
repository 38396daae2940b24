/** pure. What makes a run a good one, as a person says it: `acc > 0.9`, `acc>0.9 loss<=1`. */
import type { Edge, Receipt } from '../../contract/run.ts'

const compare = {
  '>=': (a: number, b: number) => a >= b,
  '<=': (a: number, b: number) => a <= b,
  '!=': (a: number, b: number) => a !== b,
  '==': (a: number, b: number) => a === b,
  '>': (a: number, b: number) => a > b,
  '<': (a: number, b: number) => a < b,
  '=': (a: number, b: number) => a === b,
} as const
type Sign = keyof typeof compare

export interface Comparison {
  readonly name: string
  readonly sign: Sign
  readonly value: number
}

const isSign = (text: string): text is Sign => text in compare
const TERM = /([A-Za-z_][\w.]*)\s*(>=|<=|!=|==|>|<|=)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)/gi

/** The comparisons, all of which must hold; null where the text says something else. */
export function parseWhere(text: string): readonly Comparison[] | null {
  const rest = text.replace(TERM, '').replace(/\band\b|[,&\s]/gi, '')
  if (rest !== '') return null
  const terms = [...text.matchAll(TERM)].flatMap(([, name, sign, value]): Comparison[] =>
    name !== undefined && sign !== undefined && isSign(sign) ? [{ name, sign, value: Number(value) }] : [],
  )
  return terms.length === 0 ? null : terms
}

/** Whether the numbers that the run made, or used, are so. */
export function holds(
  comparisons: readonly Comparison[],
  receipt: Pick<Receipt, 'used' | 'generated'>,
): boolean {
  return comparisons.every(({ name, sign, value }) => {
    const number = numberOf(name, [...receipt.generated, ...receipt.used])
    return number !== null && compare[sign](number, value)
  })
}

function numberOf(name: string, edges: readonly Edge[]): number | null {
  const edge = edges.find((one) => one.kind === 'variable' && one.name === name)
  const recorded = edge?.facets?.number
  if (typeof recorded === 'number') return recorded
  const shown = Number(edge?.preview?.replace(/^np\.\w+\((.*)\)$/, '$1') || 'none')
  return Number.isNaN(shown) ? null : shown
}
