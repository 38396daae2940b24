// @vitest-environment happy-dom
/** Small parts of the page's state: what is asked while it is shown, what the browser keeps, what is typed ahead. */
import { cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { guardLeaving, isGuarded, whenLeft } from '../src/navigation/leaving.ts'
import { expectedHeight } from '../src/notebook/expected-height.ts'
import { jobLine, waitingText } from '../src/notebook/job-text.ts'
import { TypeAhead, typeInto } from '../src/notebook/type-ahead.ts'
import { askedWhileShown } from '../src/state/asked-while-shown.ts'
import { Watched } from '../src/state/observable.ts'
import { remember, remembered, rememberedHere, rememberHere } from '../src/state/remembered.ts'

describe('what is asked while it is shown', () => {
  const EVERY = 1000
  let visibility: DocumentVisibilityState = 'visible'
  beforeEach(() => {
    vi.useFakeTimers()
    visibility = 'visible'
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  const turn = (to: DocumentVisibilityState) => {
    visibility = to
    document.dispatchEvent(new Event('visibilitychange'))
  }

  test('nothing is asked before the first watcher and after the last', async () => {
    const ask = vi.fn(async () => undefined)
    const watched = askedWhileShown(new Watched(0), ask, EVERY)
    await vi.advanceTimersByTimeAsync(3 * EVERY)
    expect(ask).not.toHaveBeenCalled()
    const stops = [watched.subscribe(() => undefined), watched.subscribe(() => undefined)]
    await vi.advanceTimersByTimeAsync(2 * EVERY)
    expect(ask).toHaveBeenCalledTimes(3)
    stops[0]?.()
    await vi.advanceTimersByTimeAsync(EVERY)
    expect(ask).toHaveBeenCalledTimes(4)
    stops[1]?.()
    await vi.advanceTimersByTimeAsync(5 * EVERY)
    turn('visible')
    expect(ask).toHaveBeenCalledTimes(4)
  })

  test('a hidden page asks nothing, and asks at once when it is shown', async () => {
    const ask = vi.fn(async () => undefined)
    const stop = askedWhileShown(new Watched(0), ask, EVERY).subscribe(() => undefined)
    await vi.advanceTimersByTimeAsync(0)
    turn('hidden')
    await vi.advanceTimersByTimeAsync(5 * EVERY)
    expect(ask).toHaveBeenCalledTimes(1)
    turn('visible')
    await vi.advanceTimersByTimeAsync(0)
    expect(ask).toHaveBeenCalledTimes(2)
    stop()
  })
})

describe('what the browser keeps', () => {
  afterEach(() => vi.restoreAllMocks())

  test('values by key, of the browser and of this tab', () => {
    remember('k', 'a')
    rememberHere('k', 'b')
    expect([remembered('k'), rememberedHere('k'), remembered('none')]).toEqual(['a', 'b', null])
    rememberHere('k', null)
    expect(rememberedHere('k')).toBeNull()
  })

  test('without storage nothing is kept, and nothing fails', () => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse })
    remember('k', 'c')
    expect(remembered('k')).toBeNull()
    vi.unstubAllGlobals()
  })
})

describe('leaving a place', () => {
  test('a guard is asked, and only while it is set', () => {
    const leave = vi.fn()
    const release = guardLeaving(() => false)
    whenLeft(leave)
    expect(leave).not.toHaveBeenCalled()
    expect(isGuarded(leave)).toBe(true)
    release()
    whenLeft(leave)
    expect(leave).toHaveBeenCalledOnce()
    expect(isGuarded(leave)).toBe(false)
  })

  test('an old guard does not release the next', () => {
    const first = guardLeaving(() => false)
    const second = guardLeaving(() => false)
    first()
    expect(isGuarded(() => undefined)).toBe(true)
    second()
  })
})

describe('keys before the editor has the focus', () => {
  const stroke = (key: string) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false })

  test('are held, and replayed in order', async () => {
    const ahead = new TypeAhead()
    expect(ahead.hold(stroke('x'))).toBe(false)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const replayed: string[] = []
    ahead.begin(promise, ({ key }) => replayed.push(key))
    for (const key of ['a', 'b', 'c']) expect(ahead.hold(stroke(key))).toBe(true)
    resolve(true)
    await promise
    await vi.waitFor(() => expect(replayed).toEqual(['a', 'b', 'c']))
    expect(ahead.hold(stroke('d'))).toBe(false)
  })

  test('of an editor that never comes are dropped', async () => {
    const ahead = new TypeAhead()
    const replayed: string[] = []
    ahead.begin(Promise.resolve(false), ({ key }) => replayed.push(key))
    ahead.hold(stroke('a'))
    await vi.waitFor(() => expect(ahead.hold(stroke('b'))).toBe(false))
    expect(replayed).toEqual([])
  })

  test('a key that leads elsewhere takes what follows with it', async () => {
    const ahead = new TypeAhead()
    const places: string[] = []
    const second = Promise.withResolvers<boolean>()
    ahead.begin(Promise.resolve(true), ({ key }) => {
      places.push(`first ${key}`)
      if (key === 'Enter') ahead.begin(second.promise, (next) => places.push(`second ${next.key}`))
    })
    for (const key of ['a', 'Enter', 'b']) ahead.hold(stroke(key))
    await vi.waitFor(() => expect(places).toEqual(['first a', 'first Enter']))
    ahead.hold(stroke('c'))
    second.resolve(true)
    await vi.waitFor(() => expect(places.slice(2)).toEqual(['second b', 'second c']))
  })

  test('without an editor nothing fails', () => {
    expect(() => typeInto(null, stroke('a'))).not.toThrow()
    expect(() => typeInto(null, stroke('Backspace'))).not.toThrow()
  })
})

describe('the height of a cell that is not drawn', () => {
  const heightOf = (type: 'code' | 'markdown' | 'raw', source: string): number => {
    const cells = cellsOf(new Y.Doc())
    cells.push([makeCell({ id: 'c', type, source })])
    return expectedHeight(cells.get(0))
  }

  test('grows with its lines, and code has a least height', () => {
    expect(heightOf('code', '')).toBe(heightOf('code', 'x'))
    expect(heightOf('code', 'x\n'.repeat(20))).toBeGreaterThan(heightOf('code', 'x\n'.repeat(10)))
    expect(heightOf('markdown', 'a\nb')).toBeGreaterThan(heightOf('markdown', 'a'))
  })
})

describe('the job of a cluster in words', () => {
  const now = Date.parse('2026-01-01T00:00:00.000Z')
  const waiting = (code: string, values: Record<string, string> = {}) =>
    waitingText({ code, values, text: 'as the server says it' }, now, 'en')

  test('a queue has its place, reason and expected start', () => {
    const words = waiting('slurm.queued', {
      job: '17',
      title: 'GPU',
      position: '2',
      count: '5',
      reason: 'Priority',
      startsAt: '2026-01-01T01:00:00.000Z',
    })
    expect(words).toContain('17')
    expect(words).toContain('2')
    expect(words).toContain('in 1 hour')
  })

  test('an unknown reason and an unknown code are shown as they are', () => {
    expect(waiting('slurm.queued', { job: '1', title: 'x', reason: 'NewReason' })).toContain('NewReason')
    expect(waiting('future.code')).toBe('as the server says it')
  })

  test('a start that is past is not announced', () => {
    const values = { job: '1', title: 'x', startsAt: '2025-12-31T00:00:00.000Z' }
    expect(waiting('slurm.queued', values)).not.toContain('ago')
  })

  test('a job says its node, limits and end', () => {
    const job = { job: '17', node: 'gpu1', limits: '2 GPUs', endsAt: null, cluster: null, partition: null }
    expect(jobLine(job, 'en')).toContain('gpu1')
    expect(jobLine({ ...job, node: null, endsAt: '2020-01-01T12:00:00.000Z' }, 'en')).toContain('2020')
  })
})
