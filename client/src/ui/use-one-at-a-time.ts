/** What makes something on the server by a press: a second press while the first is under way makes no second one. */
import { useRef } from 'react'

/** Calls `act`, unless its last call has not settled. */
export function useOneAtATime(act: () => Promise<void>): () => void {
  const isRunning = useRef(false)
  return () => {
    if (isRunning.current) return
    isRunning.current = true
    void act().finally(() => {
      isRunning.current = false
    })
  }
}
