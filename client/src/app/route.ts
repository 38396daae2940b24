/**
 * Where in the app the page is: home, or a notebook by its path. The URL is the only place where this is kept;
 * `#…` belongs to the notebook (a cell).
 */
import { useSyncExternalStore } from 'react'
import { encodePath } from './api.ts'

/** A place in the app. */
export type Route = { readonly at: 'home' } | { readonly at: 'file'; readonly path: string }

const PREFIX = '/notebooks/'

/** pure. The place that a URL's pathname names; what cannot be read leads home. */
export function parseRoute(pathname: string): Route {
  if (!pathname.startsWith(PREFIX)) return { at: 'home' }
  try {
    const path = pathname.slice(PREFIX.length).split('/').map(decodeURIComponent).join('/')
    return path === '' ? { at: 'home' } : { at: 'file', path }
  } catch {
    return { at: 'home' }
  }
}

/** pure. The pathname of a place. */
export const routeUrl = (route: Route): string =>
  route.at === 'home' ? '/' : PREFIX + encodePath(route.path)

/** pure. Whether the app opens this file as a notebook. */
export const isNotebook = (path: string): boolean => path.toLowerCase().endsWith('.ipynb')

const listeners = new Set<() => void>()
const tell = (): void => {
  for (const listener of listeners) listener()
}

/** Goes to a place as a link would; `replace` leaves no entry in the browser's history. */
export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  const url = routeUrl(route)
  if (how === 'push') history.pushState(null, '', url)
  else history.replaceState(null, '', url)
  tell()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}

/** The place that the page is at now. */
export function useRoute(): Route {
  const pathname = useSyncExternalStore(subscribe, () => location.pathname)
  return parseRoute(pathname)
}
