/** What a cell's components see of its folds. */
import { cellMetadata, type YCell } from '@yesterday/server/contract/document.ts'
import { useCallback, useSyncExternalStore } from 'react'
import { isFolded, type Part } from './folds.ts'

/** Whether this part of the cell is folded now. */
export function useFolded(cell: YCell, part: Part): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const metadata = cellMetadata(cell)
      metadata?.observeDeep(listener)
      return () => metadata?.unobserveDeep(listener)
    },
    [cell],
  )
  return useSyncExternalStore(subscribe, () => isFolded(cell, part))
}
