/** The order of the cells for what names a cell by its place: "Cell 3" is another one once a cell was put above it. */
import { cellsOf } from '@yesterday/server/contract/document.ts'
import { useCallback, useSyncExternalStore } from 'react'
import { useNotebook } from './context.ts'

/** The ids of all cells; the component renders again when cells are inserted, moved or deleted. */
export function useOrder(): readonly string[] {
  const { doc, commands } = useNotebook()
  const subscribe = useCallback(
    (listener: () => void) => {
      const cells = cellsOf(doc)
      cells.observe(listener)
      return () => cells.unobserve(listener)
    },
    [doc],
  )
  return useSyncExternalStore(subscribe, commands.order)
}
