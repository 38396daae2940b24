/** What a test of the conformance suite is given. */
import type { Store } from '../../src/store/ports.ts'

export interface Given {
  /** The open store; another one after `reopen`. */
  readonly store: () => Store
  readonly reopen: () => Promise<void>
}

export async function list<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
