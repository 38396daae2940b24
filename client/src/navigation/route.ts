/**
 * Where in the app the page is: home, a notebook or file by its path, a run by its id, or a terminal by its name. The
 * URL is the only place where this is kept; `#…` belongs to the notebook (a cell).
 */
import { useSyncExternalStore } from 'react'
import { encodePath } from '../api/api.ts'
import { BASE } from '../state/base.ts'
import { isGuarded, whenLeft } from './leaving.ts'

/** A place in the app. */
export type Route =
  | { readonly at: 'home' }
  | { readonly at: 'file'; readonly path: string }
  | { readonly at: 'run'; readonly run: string }
  | { readonly at: 'terminal'; readonly name: string }

const PREFIX = `${BASE}/notebooks/`
const TERMINALS = `${BASE}/terminals/`
const TERMINAL = /^\w{1,64}$/
const RUNS = `${BASE}/runs/`
/** A run's id, or its beginning. */
const RUN = /^[\w-]{1,64}$/

/** pure. The place that a URL's pathname names; what cannot be read leads home. */
export function parseRoute(pathname: string): Route {
  const name = pathname.startsWith(TERMINALS) ? pathname.slice(TERMINALS.length) : ''
  if (TERMINAL.test(name)) return { at: 'terminal', name }
  const run = pathname.startsWith(RUNS) ? pathname.slice(RUNS.length) : ''
  if (RUN.test(run)) return { at: 'run', run }
  if (!pathname.startsWith(PREFIX)) return { at: 'home' }
  try {
    const path = pathname.slice(PREFIX.length).split('/').map(decodeURIComponent).join('/')
    return path === '' ? { at: 'home' } : { at: 'file', path }
  } catch {
    return { at: 'home' }
  }
}

/** pure. The pathname of a place. */
export function routeUrl(route: Route): string {
  if (route.at === 'terminal') return `${TERMINALS}${route.name}`
  if (route.at === 'run') return `${RUNS}${route.run}`
  return route.at === 'home' ? `${BASE}/` : PREFIX + encodePath(route.path)
}

/** pure. Whether the app opens this file as a notebook. */
export const isNotebook = (path: string): boolean => path.toLowerCase().endsWith('.ipynb')

const listeners = new Set<() => void>()
const notifyListeners = (): void => {
  for (const listener of listeners) listener()
}

/** The pathname on the screen. */
let shown = typeof location === 'undefined' ? '/' : location.pathname

/** A change of the place: `replaced` where the first is no more, or has the second as its address. */
export interface Moved {
  readonly from: string
  readonly to: string
  readonly replaced: boolean
}

const followers = new Set<(moved: Moved) => void>()
/** Calls `follow` at each change of the place, before it shows; returns the way to stop. */
export function onMoved(follow: (moved: Moved) => void): () => void {
  followers.add(follow)
  return () => followers.delete(follow)
}

/** The address of the place that is on the screen. */
export const shownUrl = (): string => addressOf(shown)

/** pure. The one address of the place that a pathname names. */
const addressOf = (pathname: string): string => routeUrl(parseRoute(pathname))

/** Goes to a place as a link would, once what is not saved may be left; `then` is called if it was. */
export function navigate(route: Route, then: () => void = () => {}): void {
  const url = routeUrl(route)
  whenLeft(() => {
    history.pushState(null, '', url)
    show()
    then()
  })
}

/** Gives the place on the screen another address, or goes on from a place that is no more. Asks nothing. `rest` follows the path. */
export function redirect(route: Route, rest = ''): void {
  history.replaceState(null, '', routeUrl(route) + rest)
  show(true)
}

function show(replaced = false): void {
  const from = shownUrl()
  shown = location.pathname
  const to = shownUrl()
  if (from !== to) for (const follow of followers) follow({ from, to, replaced })
  notifyListeners()
}

/** Back and forward have changed the address already: where the place must not be left, it gets its own again. */
function popped(): void {
  if (location.pathname === shown) return
  const target = location.href
  const leave = (): void => {
    history.pushState(null, '', target)
    show()
  }
  if (isGuarded(leave)) history.pushState(null, '', shown)
  else show()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', popped)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) window.removeEventListener('popstate', popped)
  }
}

/** The place that the page is at now. */
export function useRoute(): Route {
  const pathname = useSyncExternalStore(subscribe, () => shown)
  return parseRoute(pathname)
}
