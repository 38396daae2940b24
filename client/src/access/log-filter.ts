/**
 * pure. What is asked of the log, and how an address says it (contract/past.ts). In the words that a person types,
 * `lr<0.01` is a comparison with a parameter or metric; the rest is looked for in the code.
 */
import type { Outcome } from '@yesterday/server/contract/run.ts'

export interface LogFilter {
  readonly words: string
  readonly outcome: Outcome | null
  /** Only the runs of this cell. */
  readonly cell: string | null
  /** Runs since this moment, ISO 8601. */
  readonly since: string | null
}

export const noFilter: LogFilter = { words: '', outcome: null, cell: null, since: null }

const COMPARISON = /^[^<>=!\s]+(?:<=|>=|!=|==|=|<|>)[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Comparisons apart from the text. Spaces around an operator are allowed. */
export function readWords(words: string): { readonly text: string; readonly where: string } {
  const parts = words
    .replace(/\s*(<=|>=|!=|==|=|<|>)\s*(?=[+-]?[\d.])/g, '$1')
    .split(/\s+/)
    .filter((word) => word !== '')
  const isComparison = (word: string): boolean => COMPARISON.test(word)
  return {
    where: parts.filter(isComparison).join(' '),
    text: parts.filter((word) => !isComparison(word)).join(' '),
  }
}

/** The query part of the address. */
export function filterQuery(
  notebook: string,
  filter: LogFilter,
  page: { readonly before: string | null; readonly limit: number },
): string {
  const { text, where } = readWords(filter.words)
  const entries: readonly (readonly [string, string | null])[] = [
    ['notebook', notebook],
    ['cell', filter.cell],
    ['outcome', filter.outcome],
    ['since', filter.since],
    ['text', text === '' ? null : text],
    ['where', where === '' ? null : where],
    ['before', page.before],
    ['limit', String(page.limit)],
  ]
  const present = entries.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return new URLSearchParams(present).toString()
}

/** True where something is left out. */
export const isFiltered = ({ words, outcome, since }: LogFilter): boolean =>
  words.trim() !== '' || outcome !== null || since !== null
