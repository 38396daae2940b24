/** Watched values in React. Invariant: a component renders again only when what it asked for has changed. */
import { useCallback, useSyncExternalStore } from 'react'
import type { KeyedObservable } from './keyed.ts'
import type { Observable } from './observable.ts'

/** A value of a watched thing, picked; `pick` must answer equal things for equal values. */
export function useWatched<T, V>(watched: Observable<T>, pick: (value: T) => V): V {
  return useSyncExternalStore(watched.subscribe, () => pick(watched.get()))
}

/** The value of one key. */
export function useKeyed<V>(keyed: KeyedObservable<V>, key: string): V | undefined {
  return usePicked(keyed, key, itself)
}

const itself = <V>(value: V | undefined): V | undefined => value

/** What `pick` says of the value of one key; it must answer equal things for equal values. */
export function usePicked<V, P>(
  keyed: KeyedObservable<V>,
  key: string,
  pick: (value: V | undefined) => P,
): P {
  const subscribe = useCallback((listener: () => void) => keyed.subscribe(key, listener), [keyed, key])
  return useSyncExternalStore(subscribe, () => pick(keyed.get(key)))
}
