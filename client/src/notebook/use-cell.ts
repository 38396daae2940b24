/** What a cell's components watch. Invariant: a component renders again only when what it asked for has changed. */
import { executionCount, executionState, type YCell } from '@yesterday/server/contract/document.ts'
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type * as Y from 'yjs'
import type { OutputJson } from '../outputs/output.ts'
import { calm } from '../state/calm.ts'
import { outputsView } from './output-json.ts'

/** The outputs of a cell as JSON. */
export function useOutputs(cell: YCell): readonly OutputJson[] {
  const view = useMemo(() => calm(outputsView(cell), (shown, now) => isCleared(cell, shown, now)), [cell])
  return useSyncExternalStore(view.subscribe, view.get)
}

// What a running cell has cleared mostly comes again at once.
const isCleared = (cell: YCell, shown: readonly OutputJson[], now: readonly OutputJson[]): boolean =>
  shown.length > 0 && now.length === 0 && executionState(cell) === 'running'

/** The execution count and state of a cell. */
export function useExecution(cell: YCell): { readonly count: number | null; readonly state: string } {
  const subscribe = useCallback(
    (listener: () => void) => {
      cell.observe(listener)
      return () => cell.unobserve(listener)
    },
    [cell],
  )
  const count = useSyncExternalStore(subscribe, () => executionCount(cell))
  const state = useSyncExternalStore(subscribe, () => executionState(cell))
  return { count, state }
}

/** A text as it is now. */
export function useText(text: Y.Text): string {
  const subscribe = useCallback(
    (listener: () => void) => {
      text.observe(listener)
      return () => text.unobserve(listener)
    },
    [text],
  )
  return useSyncExternalStore(subscribe, () => text.toString())
}
