import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CALM_MS, calm } from '../src/state/calm.ts'
import { Watched } from '../src/state/observable.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What a reader saw of a source in which the negative numbers pass. */
function watched() {
  const source = new Watched(1)
  const view = calm(source, (shown, now) => shown > 0 && now < 0)
  const seen: number[] = []
  const stop = view.subscribe(() => seen.push(view.get()))
  return { source, view, seen, stop }
}

test('what is over at once is never shown', () => {
  const { source, view, seen } = watched()
  source.set(-1)
  source.set(-2)
  expect(view.get()).toBe(1)
  source.set(2)
  vi.advanceTimersByTime(CALM_MS * 2)
  expect(seen).toEqual([2])
})

test('what stays is shown when its time is up, counted from its beginning, and followed from there', () => {
  const { source, view, seen } = watched()
  source.set(-1)
  vi.advanceTimersByTime(CALM_MS - 1)
  source.set(-2)
  expect(seen).toEqual([])
  vi.advanceTimersByTime(1)
  expect(view.get()).toBe(-2)
  source.set(-3)
  source.set(3)
  expect(seen).toEqual([-2, -3, 3])
})

test('a value that comes back is not reported', () => {
  const { source, seen } = watched()
  source.set(-1)
  source.set(1)
  vi.advanceTimersByTime(CALM_MS * 2)
  expect(seen).toEqual([])
})

test('without a reader it is the source, and nothing stays behind', () => {
  const { source, view, stop } = watched()
  source.set(-1)
  stop()
  expect(view.get()).toBe(-1)
  expect(vi.getTimerCount()).toBe(0)
})
