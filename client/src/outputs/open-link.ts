/**
 * Windows that an output asks for. An output's code can ask at any time and in any number, so the page asks the person,
 * names the address, and opens the window by the person's own click. Invariants: a request without a click into that
 * very frame is dropped; at most one question at a time; a refusal is no click for the next question.
 */
import { type Observable, Watched } from '../state/observable.ts'

/** The address that the person is asked about; null while there is no question. */
const asked = new Watched<string | null>(null)
export const askedLink: Observable<string | null> = asked

/** Longer than browsers take a page as activated by a click, ms (Chromium and WebKit: up to 5 s). */
const ACTIVATION_MS = 5_500
/** Until when requests are dropped: a code that asks without end would ask again by the click that refused. */
let refusedUntil = 0

/** A frame asks to open an address (http or https). */
export function openLink(href: string, frame: HTMLIFrameElement): void {
  // A click inside a frame activates the page around it and gives the frame the focus.
  if (!navigator.userActivation.isActive || document.activeElement !== frame) return
  if (performance.now() < refusedUntil) return
  if (asked.get() === null) asked.set(href)
}

export function answerLink(open: boolean): void {
  const href = asked.get()
  asked.set(null)
  if (href === null) return
  if (open) window.open(href, '_blank', 'noopener,noreferrer')
  else refusedUntil = performance.now() + ACTIVATION_MS
}
