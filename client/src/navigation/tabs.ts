/**
 * The files and terminals that are open, as tabs, and those that were closed. The shown place is the one on the screen;
 * the others are opened again when a person goes to them. Invariant: a place is in the list once.
 */
import { BASE } from '../state/base.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { remember, remembered, rememberedHere, rememberHere } from '../state/remembered.ts'
import { type Moved, navigate, onMoved, parseRoute, type Route, routeUrl, shownUrl } from './route.ts'
import { isPane } from './side.ts'

const KEY = `yesterday.tabs${BASE}`
const CLOSED_KEY = `yesterday.closed${BASE}`
/** The most that are kept. */
const [OPEN, CLOSED] = [30, 12]

/** Addresses, in the order of the tabs; `closed` has the last one first. */
export interface Tabs {
  readonly open: readonly string[]
  readonly closed: readonly string[]
}

const isTab = (url: string): boolean => ['file', 'terminal'].includes(parseRoute(url).at)

/** pure. The tabs after the page went from one address to another; `replaced`: the first is no more. */
export function afterMove(tabs: Tabs, { from, to, replaced }: Moved): Tabs {
  const at = tabs.open.indexOf(from)
  const rest = replaced ? tabs.open.filter((url) => url !== from) : tabs.open
  const closed = tabs.closed.filter((url) => url !== to)
  if (!isTab(to) || rest.includes(to)) return { open: rest, closed }
  const place = at < 0 ? rest.length : replaced ? at : at + 1
  return { open: rest.toSpliced(place, 0, to).slice(-OPEN), closed }
}

/** pure. The tabs without one, which is then the last closed. */
export const afterClose = (tabs: Tabs, url: string): Tabs => ({
  open: tabs.open.filter((one) => one !== url),
  closed: [url, ...tabs.closed.filter((one) => one !== url)].slice(0, CLOSED),
})

/** pure. The tabs after a file or folder has another path; without those of it where `to` is null. */
export function afterRename(tabs: Tabs, from: string, to: string | null): Tabs {
  const renamed = (url: string): readonly string[] => {
    const route = parseRoute(url)
    if (route.at !== 'file' || (route.path !== from && !route.path.startsWith(`${from}/`))) return [url]
    return to === null ? [] : [routeUrl({ at: 'file', path: to + route.path.slice(from.length) })]
  }
  const all = (urls: readonly string[]) => [...new Set(urls.flatMap(renamed))]
  return { open: all(tabs.open), closed: all(tabs.closed) }
}

const watched = new Watched<Tabs>(
  isPane
    ? { open: [], closed: [] }
    : {
        open: urlsIn(rememberedHere(KEY)).slice(0, OPEN),
        closed: urlsIn(remembered(CLOSED_KEY)).slice(0, CLOSED),
      },
)
export const tabs: Observable<Tabs> = watched

function set(next: Tabs): void {
  if (isPane) return
  watched.set(next)
  rememberHere(KEY, JSON.stringify(next.open))
  remember(CLOSED_KEY, JSON.stringify(next.closed))
}

/** Follows the page from now on. Call it once. */
export function startTabs(): void {
  const url = shownUrl()
  set(afterMove(tabs.get(), { from: url, to: url, replaced: false }))
  onMoved((moved) => set(afterMove(tabs.get(), moved)))
}

/** Closes a tab. Of the shown one, the next is shown, once it may be left. */
export function closeTab(url: string): void {
  const { open } = tabs.get()
  const close = (): void => set(afterClose(tabs.get(), url))
  const at = open.indexOf(url)
  if (url === shownUrl()) navigate(routeOf(open[at + 1] ?? open[at - 1]), close)
  else close()
}

/** Closes all tabs but the shown one. */
export function closeOthers(): void {
  for (const url of tabs.get().open) if (url !== shownUrl()) set(afterClose(tabs.get(), url))
}

/** Opens what was closed last. */
export function reopenClosed(): void {
  const [last] = tabs.get().closed
  if (last !== undefined) navigate(routeOf(last))
}

/** A file or folder was renamed or moved; deleted where `to` is null. */
export const renameInTabs = (from: string, to: string | null): void => set(afterRename(tabs.get(), from, to))

/** The place of an address; home where it is absent. */
export const routeOf = (url: string | undefined): Route =>
  url === undefined ? { at: 'home' } : parseRoute(url)

/** Addresses of tabs in what was remembered; none where it is not ours. */
export function urlsIn(text: string | null): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(value)) return []
    return [...new Set(value.filter((one): one is string => typeof one === 'string' && isTab(one)))]
  } catch {
    return []
  }
}
