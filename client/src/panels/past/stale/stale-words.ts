/** pure. Why a cell is stale, as a person would say it. */
import type { StaleReason } from '@yesterday/server/contract/stale.ts'
import { t } from '../../../text/text.ts'

/** Names a cell by its place among all cells, from 1; null where it is gone. */
export type PlaceOf = (cell: string) => number | null

const cellWords = (cell: string | null, placeOf: PlaceOf): string => {
  const place = cell === null ? null : placeOf(cell)
  return place === null ? t('stale.cellGone') : t('stale.cell', { n: place })
}

/** The whole reason, as a sentence. */
export function staleSentence(reason: StaleReason, placeOf: PlaceOf): string {
  switch (reason.kind) {
    case 'edited':
      return t('stale.edited')
    case 'input':
      return t('stale.input', { name: reason.name, cell: cellWords(reason.cell, placeOf) })
    case 'overwritten':
      return t('stale.overwritten', { name: reason.name, cell: cellWords(reason.cell, placeOf) })
    case 'file':
      return t(reason.gone ? 'stale.fileGone' : 'stale.file', { name: reason.name })
    case 'session':
      return t('stale.session')
    case 'upstream':
      return t('stale.upstream', { name: reason.name, cell: cellWords(reason.cell, placeOf) })
    case 'unknown':
      return t('stale.unknown')
  }
}

/** The word on the mark. */
export const staleWord = (reason: StaleReason): string => t(`staleWord.${reason.kind}`)

/** The mark's shape, on a field of 16 by 16; each reason has its own, so that none depends on colour alone. */
export const staleShapes: Readonly<Record<StaleReason['kind'], string>> = {
  edited: 'M3 13l1-3.5L11 2.5l2.5 2.5L6.5 12z',
  input: 'M2 8h9M7.5 4.5 11 8l-3.5 3.5M14 3v10',
  overwritten: 'M3 4h7v5M3 4v7h4M7 9h6v4H7z',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  session: 'M8 2a6 6 0 1 0 6 6M8 4.5V8l2.5 2',
  upstream: 'M8 14V3M4 7l4-4 4 4',
  unknown: 'M5.5 6a2.5 2.5 0 1 1 3.5 2.300c-.7.3-1 .8-1 1.700M8 12.5v.5',
}
