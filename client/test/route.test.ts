// @vitest-environment happy-dom
/** Addresses of the app: what a path names, and going, redirecting and coming back past what must not be left. */
import { act, cleanup, renderHook } from '@testing-library/react'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { guardLeaving } from '../src/navigation/leaving.ts'
import {
  isNotebook,
  navigate,
  onMoved,
  parseRoute,
  type Route,
  redirect,
  routeUrl,
  shownUrl,
  useRoute,
} from '../src/navigation/route.ts'

beforeEach(() => redirect({ at: 'home' }))
afterEach(cleanup)

const file = (path: string): Route => ({ at: 'file', path })

describe('what a path names', () => {
  test.each<[string, Route]>([
    ['/', { at: 'home' }],
    ['', { at: 'home' }],
    ['/notebooks/', { at: 'home' }],
    ['/notebooks/a.ipynb', file('a.ipynb')],
    ['/notebooks/a%20b/%C3%BC.csv', file('a b/ü.csv')],
    ['/notebooks/a%2Fb', file('a/b')],
    ['/notebooks/%', { at: 'home' }],
    ['/notebooks/%FF', { at: 'home' }],
    ['/terminals/1', { at: 'terminal', name: '1' }],
    ['/terminals/', { at: 'home' }],
    ['/terminals/a/b', { at: 'home' }],
    ['/terminals/<b>', { at: 'home' }],
    [`/terminals/${'x'.repeat(65)}`, { at: 'home' }],
    ['/runs/01HX-a', { at: 'run', run: '01HX-a' }],
    ['/runs/../x', { at: 'home' }],
    ['/runs/', { at: 'home' }],
    ['/other', { at: 'home' }],
    ['/NOTEBOOKS/a', { at: 'home' }],
  ])('%s', (path, route) => expect(parseRoute(path)).toEqual(route))

  test('each path of the project has one address, which leads back to it', () => {
    const part = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.includes('/'))
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const path = parts.join('/')
        expect(parseRoute(routeUrl(file(path)))).toEqual(file(path))
        expect(routeUrl(file(path))).not.toMatch(/[?#]/)
      }),
    )
  })

  test('a notebook is one by its ending', () => {
    expect(['a.ipynb', 'A.IPYNB', 'a.ipynb.txt', 'ipynb', 'a/.ipynb'].map(isNotebook)).toEqual([
      true,
      true,
      false,
      false,
      true,
    ])
  })
})

describe('going', () => {
  test('changes the address, reports it, and shows it', () => {
    const moved = vi.fn()
    const stop = onMoved(moved)
    const { result } = renderHook(useRoute)
    const then = vi.fn()
    act(() => navigate(file('a b.csv'), then))
    expect([location.pathname, result.current, shownUrl()]).toEqual([
      '/notebooks/a%20b.csv',
      file('a b.csv'),
      '/notebooks/a%20b.csv',
    ])
    expect(moved).toHaveBeenCalledWith({ from: '/', to: '/notebooks/a%20b.csv', replaced: false })
    expect(then).toHaveBeenCalledOnce()
    stop()
    act(() => navigate({ at: 'home' }))
    expect(moved).toHaveBeenCalledOnce()
  })

  test('a redirect replaces the address, also past a guard', () => {
    navigate(file('a'))
    const { length } = history
    const moved = vi.fn()
    const stops = [onMoved(moved), guardLeaving(() => false)]
    redirect(file('b'), '#cell')
    for (const stop of stops) stop()
    expect([location.pathname, location.hash, history.length]).toEqual(['/notebooks/b', '#cell', length])
    expect(moved).toHaveBeenCalledWith({ from: '/notebooks/a', to: '/notebooks/b', replaced: true })
  })

  test('another address of the same place is no move', () => {
    navigate(file('a'))
    const moved = vi.fn()
    const stop = onMoved(moved)
    redirect(file('a'), '?x')
    stop()
    expect(moved).not.toHaveBeenCalled()
  })
})

describe('a place that must not be left', () => {
  test('is left once the person agrees', () => {
    navigate(file('a'))
    let leave = (): void => undefined
    const stop = guardLeaving((agreed) => {
      leave = agreed
      return false
    })
    const then = vi.fn()
    navigate(file('b'), then)
    expect([location.pathname, then.mock.calls.length]).toEqual(['/notebooks/a', 0])
    leave()
    stop()
    expect([location.pathname, then.mock.calls.length]).toEqual(['/notebooks/b', 1])
  })

  test('keeps its address when the browser goes back, until the person agrees', () => {
    const { result } = renderHook(useRoute)
    act(() => navigate(file('a')))
    let leave = (): void => undefined
    const stop = guardLeaving((agreed) => {
      leave = agreed
      return false
    })
    const back = (): void => {
      history.replaceState(null, '', '/notebooks/before')
      window.dispatchEvent(new PopStateEvent('popstate'))
    }
    act(back)
    expect([location.pathname, result.current]).toEqual(['/notebooks/a', file('a')])
    act(() => leave())
    stop()
    expect([location.pathname, result.current]).toEqual(['/notebooks/before', file('before')])
  })

  test('without a guard, back is followed; another hash is no move', () => {
    const { result } = renderHook(useRoute)
    act(() => navigate(file('a')))
    const moved = vi.fn()
    const stop = onMoved(moved)
    history.replaceState(null, '', '/notebooks/a#cell')
    act(() => void window.dispatchEvent(new PopStateEvent('popstate')))
    expect(moved).not.toHaveBeenCalled()
    history.replaceState(null, '', '/notebooks/b')
    act(() => void window.dispatchEvent(new PopStateEvent('popstate')))
    stop()
    expect(result.current).toEqual(file('b'))
  })

  test('when nothing shows the place any more, back is not listened to', () => {
    const { unmount } = renderHook(useRoute)
    unmount()
    const moved = vi.fn()
    const stop = onMoved(moved)
    history.replaceState(null, '', '/notebooks/elsewhere')
    window.dispatchEvent(new PopStateEvent('popstate'))
    stop()
    expect(moved).not.toHaveBeenCalled()
  })
})
