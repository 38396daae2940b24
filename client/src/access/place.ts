/**
 * Where in the past the page is: whether it is open, and which view of it. One place for the panel, the cells' marks
 * and the outputs' "Why?", so that each can lead to the others. Invariant: going back leads through what was seen.
 */

import { Watched } from '../state/observable.ts'
import { type LogFilter, noFilter } from './log-filter.ts'
import { OpenPanel } from './open-panel.ts'

/** A view of the past. */
export type PastView =
  | { readonly at: 'log' | 'checkpoints' | 'activity' }
  | { readonly at: 'receipt'; readonly run: string; readonly part?: ReceiptPart }
  /** The receipt of a cell's last run: which run that is, is looked up. */
  | { readonly at: 'why'; readonly cell: string }
  | { readonly at: 'compare'; readonly left: string; readonly right: string }
  /** A checkpoint, read-only. */
  | { readonly at: 'checkpoint'; readonly checkpoint: string }
  /** A checkpoint against another; against the notebook as it is now if that is null. */
  | { readonly at: 'changes'; readonly checkpoint: string; readonly other: string | null }
  /** Running a run's slice again, bringing its variables back, and asking since when it is wrong. */
  | { readonly at: 'replay' | 'restore' | 'since'; readonly run: string }
  | { readonly at: 'timeline'; readonly session: string }

/** The part of a receipt: an output by its place from 0, or a version by its id. */
export type ReceiptPart = { readonly output: number } | { readonly version: string }

/** `trail` is what was seen before, the nearest last; `visit` counts visits: opening the same view again loads it again. */
export interface PastState {
  readonly open: boolean
  readonly view: PastView
  readonly trail: readonly PastView[]
  readonly visit: number
}

const TRAIL = 50
/** The id of the panel that shows it (panels/past/panel.ts). */
const PANEL = 'history'
export const closed: PastState = { open: false, view: { at: 'log' }, trail: [], visit: 0 }

/** pure. The state after going to a view; the same view again is no step back. */
export function gone(state: PastState, view: PastView): PastState {
  const same = JSON.stringify(state.view) === JSON.stringify(view)
  const trail =
    same || !state.open ? (state.open ? state.trail : []) : [...state.trail, state.view].slice(-TRAIL)
  return { open: true, view, trail, visit: state.visit + 1 }
}

/** pure. The state one step back; at the first view, the log. */
export function back(state: PastState): PastState {
  return { ...state, view: state.trail.at(-1) ?? { at: 'log' }, trail: state.trail.slice(0, -1) }
}

/** The form in which the log shows runs. */
export type LogForm = 'list' | 'table' | 'plot'
/** How far back the log looks. */
export type LogSpan = 'hour' | 'day' | 'week'

/** What a person chose in the log. */
export interface LogChoice {
  readonly filter: Omit<LogFilter, 'since'>
  readonly span: LogSpan | null
  readonly form: LogForm
}

/** The place, with the ways to move it. It is open while its panel is. */
export class PastPlace {
  readonly #panels: OpenPanel
  readonly state = new Watched<PastState>(closed)
  /** What the log was asked for, so that who comes back to it finds it as it was left. */
  readonly log = new Watched<LogChoice>({ filter: noFilter, span: null, form: 'list' })

  constructor(panels = new OpenPanel()) {
    this.#panels = panels
    panels.subscribe(() => this.#follow(panels.get() === PANEL))
  }

  readonly go = (view: PastView): void => {
    this.state.set(gone(this.state.get(), view))
    this.#panels.set(PANEL)
  }
  readonly back = (): void => this.state.set(back(this.state.get()))

  /** Opened by its button, it begins with the log. */
  #follow(open: boolean): void {
    if (open !== this.state.get().open)
      this.state.set(open ? { ...closed, open } : { ...this.state.get(), open })
  }
}
