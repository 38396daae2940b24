/** What a cell's components watch. Invariant: a component renders again only when what it asked for has changed. */
import {
  cellOutputs,
  executionCount,
  executionState,
  type YCell,
} from '@yesterday/server/contract/document.ts'
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

/** Whether an output of the cell is an error. */
export function useFailed(cell: YCell): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      cell.observeDeep(listener)
      return () => cell.unobserveDeep(listener)
    },
    [cell],
  )
  return useSyncExternalStore(subscribe, () => isFailed(cell))
}

const isFailed = (cell: YCell): boolean =>
  cellOutputs(cell)
    ?.toArray()
    .some((output) => output.get('output_type') === 'error') ?? false

/** The count of the run that the cell shows; null where it shows none. */
export const useCount = (cell: YCell): number | null => useMember(cell, executionCount)

export const useIsRunning = (cell: YCell): boolean => useMember(cell, isRunning)

const isRunning = (cell: YCell): boolean => executionState(cell) === 'running'

/** What `read` says of the cell; it must answer equal things for equal cells. */
export function useMember<T>(cell: YCell, read: (cell: YCell) => T): T {
  const subscribe = useCallback(
    (listener: () => void) => {
      cell.observe(listener)
      return () => cell.unobserve(listener)
    },
    [cell],
  )
  return useSyncExternalStore(subscribe, () => read(cell))
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
