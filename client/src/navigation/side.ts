/**
 * Two places side by side. The second is this page again, in a frame: cells, keys, undo and the focus of each are its own.
 * The outer page owns the frame; the two send each other what `Said` lists. Invariant: a message counts only if it is from
 * the other of the two.
 */
import { BASE } from '../state/base.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { remember, remembered, rememberedHere, rememberHere } from '../state/remembered.ts'

const FRAME_NAME = 'yesterday-beside'
const KEY = `yesterday.beside${BASE}`
const SHARE_KEY = 'yesterday.besideShare'

/** Whether this page is the second of two. */
export const isPane: boolean =
  typeof window !== 'undefined' && window.parent !== window && window.name === FRAME_NAME

/** What the frame is called, so that the page in it knows what it is. */
export const paneName = FRAME_NAME

/** What the two pages send each other. */
export type Said =
  /** The pane shows this address. */
  | { readonly says: 'at'; readonly url: string }
  /** The pane may go away. */
  | { readonly says: 'closed' }
  | { readonly says: 'askClose' }
  /** The focus goes to the other side. */
  | { readonly says: 'focus' }
  /** The pane goes to an address, once its place may be left. */
  | { readonly says: 'go'; readonly url: string }

/** pure. The message in what was sent; null where it is none. */
export function saidIn(data: unknown): Said | null {
  if (typeof data !== 'object' || data === null || !('says' in data)) return null
  const { says } = data
  if (says === 'closed' || says === 'askClose' || says === 'focus') return { says }
  if ((says !== 'at' && says !== 'go') || !('url' in data) || typeof data.url !== 'string') return null
  return isOurs(data.url) ? { says, url: data.url } : null
}

/** A path of this app, and of no other place. */
const isOurs = (url: string): boolean =>
  url.startsWith(`${BASE}/`) && !url.startsWith('//') && url.length < 8_192

/** Sends to the other page. */
export const say = (to: Window | null | undefined, said: Said): void => to?.postMessage(said, location.origin)

/** Calls `hear` with what `from` sends; returns the way to stop. */
export function hearFrom(from: () => Window | null | undefined, hear: (said: Said) => void): () => void {
  const onMessage = (event: MessageEvent): void => {
    if (event.origin !== location.origin || event.source === null || event.source !== from()) return
    const said = saidIn(event.data)
    if (said !== null) hear(said)
  }
  addEventListener('message', onMessage)
  return () => removeEventListener('message', onMessage)
}

/** The address that is beside. `start` is where the frame began, and stays; `isNew` if it was opened just now. */
export interface Beside {
  readonly url: string
  readonly start: string
  readonly isNew: boolean
}

const begun = isPane ? null : rememberedHere(KEY)
const watched = new Watched<Beside | null>(
  begun === null || !isOurs(begun) ? null : { url: begun, start: begun, isNew: false },
)
export const beside: Observable<Beside | null> = watched

/** The frame, while there is one. */
let pane: HTMLIFrameElement | null = null
export const setPane = (frame: HTMLIFrameElement | null): void => {
  pane = frame
}

function set(next: Beside | null): void {
  watched.set(next)
  rememberHere(KEY, next?.url ?? null)
}

/** Shows an address beside the page, in place of the one that is there. */
export function openBeside(url: string): void {
  if (isPane || !isOurs(url)) return
  const now = beside.get()
  if (now === null) set({ url, start: url, isNew: true })
  else {
    say(pane?.contentWindow, { says: 'go', url })
    focusOtherSide()
  }
}

/** The pane went elsewhere by itself. */
export function besideMoved(url: string): void {
  const now = beside.get()
  if (now !== null && now.url !== url) set({ ...now, url })
}

/** Ends the two sides. A pane that has answered once is asked first. */
export function closeBeside(): void {
  if (isPane) for (const close of askedToClose) close()
  else if (isAnswering) say(pane?.contentWindow, { says: 'askClose' })
  else endBeside()
}

let isAnswering = false
export const setAnswering = (is: boolean): void => {
  isAnswering = is
}

/** In the pane: what closing begins with. */
const askedToClose = new Set<() => void>()
export function onAskedToClose(close: () => void): () => void {
  askedToClose.add(close)
  return () => askedToClose.delete(close)
}

export const endBeside = (): void => set(null)

/** Whether there are two sides, from either of them. */
export const isSplit = (): boolean => isPane || beside.get() !== null

/** Puts the focus on the other side. */
export function focusOtherSide(): void {
  if (isPane) say(window.parent, { says: 'focus' })
  if (isPane || !isSplit()) return
  wishes.set('beside')
  // A side that was hidden takes no focus before it is drawn.
  requestAnimationFrame(() => pane?.focus())
}

/** The side that a narrow page shows. */
export type Side = 'main' | 'beside'
const wishes = new Watched<Side>('beside')
export const shownSide: Observable<Side> = wishes
export const showSide = (side: Side): void => wishes.set(side)

/** Percent of the width that the main side may have. */
export const [LEAST_SHARE, MOST_SHARE, USUAL_SHARE] = [20, 80, 50]

/** pure. A share that the main side may have. */
export const fitShare = (share: number): number =>
  Number.isFinite(share)
    ? Math.round(Math.min(MOST_SHARE, Math.max(LEAST_SHARE, share)) * 10) / 10
    : USUAL_SHARE

const share = new Watched(fitShare(Number(remembered(SHARE_KEY) ?? USUAL_SHARE)))
export const mainShare: Observable<number> = share

export function setMainShare(next: number): void {
  share.set(fitShare(next))
  remember(SHARE_KEY, String(share.get()))
}
