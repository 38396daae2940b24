/** The card of a variable, for a hover on its name: type, shape, memory, preview, and the cell that wrote it last. */
import { VariableAnswer } from '@yesterday/server/contract/variables.ts'
import { locale } from '../text/locale.ts'
import { shapeText, sizeText } from '../text/sizes.ts'
import { t } from '../text/text.ts'

export interface VariableCard {
  /** Plain text. */
  readonly lines: readonly string[]
  /** False for functions, classes and modules: what the kernel says of them is shown as well. */
  readonly isWhole: boolean
}

/** pure. The card for the answer to the command `variable`; null where there is no such variable. */
export function variableCard(answer: unknown, placeOf: (cell: string) => number | null): VariableCard | null {
  const read = VariableAnswer.safeParse(answer)
  if (!read.success || read.data.state !== 'known' || read.data.variable === null) return null
  const { name, type, shape, size, preview, cell, running, group } = read.data.variable
  const place = cell === null ? null : placeOf(cell)
  const facts = [
    type,
    shape === undefined ? '' : shapeText(shape, locale),
    size === undefined ? '' : sizeText(size, locale),
  ]
  const writer = running ? t('variables.running') : place === null ? '' : t('variables.writtenBy', { place })
  const lines = [`${name}: ${facts.filter((one) => one !== '').join(' · ')}`, preview ?? '', writer]
  return { lines: lines.filter((line) => line !== ''), isWhole: group === 'value' }
}

/** pure. The name at a place of a line that may be a variable: not an attribute, and no string. */
export function nameAt(line: string, start: number, word: string): string | null {
  const before = line.slice(0, start).trimEnd()
  return /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(word) && !before.endsWith('.') ? word : null
}
