/** pure. Comparisons as people write them (`lr<0.01 acc>=0.9`), parsed whole or refused with the word that is none. */
import type { Comparison } from '../../contract/past.ts'

export type ParsedComparisons =
  | { readonly ok: true; readonly comparisons: readonly Comparison[] }
  | { readonly ok: false; readonly word: string }

const WORD = /^([^<>=!\s]+)(<=|>=|!=|==|=|<|>)([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i

/** Spaces around an operator, and commas or `and` between comparisons, are allowed. */
export function parseComparisons(text: string): ParsedComparisons {
  const tight = text.replace(/\s*(<=|>=|!=|==|=|<|>)\s*/g, '$1')
  const words = tight.split(/[\s,]+/).filter((word) => word !== '' && word !== 'and')
  const comparisons: Comparison[] = []
  for (const word of words) {
    const [, name, sign, value] = WORD.exec(word) ?? []
    if (name === undefined || value === undefined) return { ok: false, word }
    comparisons.push({ name, operator: operatorOf(sign), value: Number(value) })
  }
  return { ok: true, comparisons }
}

function operatorOf(sign: string | undefined): Comparison['operator'] {
  switch (sign) {
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '!=':
      return sign
    default:
      return '='
  }
}
