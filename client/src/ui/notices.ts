/**
 * Short words to the person about what has just been done or refused, read out politely. Each lives until it is
 * dismissed or `LIFE` has passed; refusals stay longer than news.
 */
import { useSyncExternalStore } from 'react'

/** One notice. */
export interface Notice {
  readonly id: number
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
  readonly hint: string | null
}

const LIFE = { info: 4_000, warning: 12_000, error: 12_000 } as const

let notices: readonly Notice[] = []
let nextId = 1
const listeners = new Set<() => void>()

function set(next: readonly Notice[]): void {
  notices = next
  for (const listener of listeners) listener()
}

/** Shows a notice; one that is shown already starts again. */
export function notify(level: Notice['level'], text: string, hint: string | null = null): void {
  const notice = { id: nextId++, level, text, hint }
  const others = notices.filter((one) => one.text !== text || one.level !== level)
  set([...others.slice(-3), notice])
  setTimeout(() => dismiss(notice.id), LIFE[level])
}

/** Takes a notice away. */
export const dismiss = (id: number): void => set(notices.filter((notice) => notice.id !== id))

/** Takes all notices away. */
export const dismissAll = (): void => set([])

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The notices shown now, oldest first. */
export const useNotices = (): readonly Notice[] => useSyncExternalStore(subscribe, () => notices)
