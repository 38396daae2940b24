/** What components around the notebook (the history panel, widgets) see of it. */

import type { Anchor } from '@yesterday/server/contract/comments.ts'
import type { OpenedNotebook } from '@yesterday/server/contract/http.ts'
import type { SessionView } from '@yesterday/server/contract/session.ts'
import type { StaleCell } from '@yesterday/server/contract/stale.ts'
import { createContext, useContext } from 'react'
import type * as Y from 'yjs'
import type { WidgetBridge } from '../frames/bridge.ts'
import type { ExternalContent } from '../frames/external-content.ts'
import type { CommentStore, Draft } from '../session/comment-store.ts'
import type { Recorded } from '../session/session-socket.ts'
import type { Values } from '../session/values.ts'
import type { Variables } from '../session/variables.ts'
import type { KeyedObservable } from '../state/keyed.ts'
import type { Observable } from '../state/observable.ts'
import type { CellRun } from './cell-facts.ts'
import type { PastPlace } from './place.ts'

/** The open notebook for those around it. */
export interface NotebookAccess {
  /** Whether this person may write comments, and make code run. */
  readonly opened: OpenedNotebook & { readonly mayComment: boolean; readonly mayRun: boolean }
  readonly doc: Y.Doc
  readonly session: Observable<SessionView>
  readonly selectedCell: string | null
  readonly stale: KeyedObservable<StaleCell>
  /** The cells that run or wait. */
  readonly runs: KeyedObservable<CellRun>
  /** The last recorded run of each cell of which one is known. */
  readonly lastRuns: KeyedObservable<{ readonly run: string }>
  readonly past: PastPlace
  readonly variables: Variables
  readonly comments: CommentStore
  readonly values: Values
  /** The widgets of the kernel, for output frames. */
  readonly widgets: WidgetBridge
  /** Which outputs may load content from other hosts. */
  readonly external: ExternalContent
  /** A cell's place among all, from 1; null where it is gone. */
  readonly placeOf: (cell: string) => number | null
  readonly runStale: () => void
  readonly commands: {
    readonly run: (cells: readonly string[]) => void
    /** Runs code in a new cell above a cell. */
    readonly runAbove: (cell: string, source: string) => void
    /** Gives cells other sources, as one step of undo. */
    readonly changeSources: (changes: readonly { readonly id: string; readonly source: string }[]) => void
    /** Selects a cell and scrolls it into view. */
    readonly reveal: (cell: string) => void
    /** The ids of all cells, in order. */
    readonly order: () => readonly string[]
    /** Begins a comment on the selection or the selected cell. */
    readonly comment: () => void
    /** Begins a comment on an output, by its place in its cell from 0. */
    readonly commentOnOutput: (cell: string, output: number) => void
    readonly commentOn: (draft: Draft) => void
    /** Copies the address of something in this notebook; `hash` is of panels/past/target.ts. */
    readonly copyLink: (hash: string) => void
    /** Opens the comments at a thread. */
    readonly showThread: (thread: string) => void
    /** Leads to what a thread is about. */
    readonly showAnchor: (anchor: Anchor) => void
    /** Puts the cursor at the beginning of a line of its source, from 1. */
    readonly goToLine: (cell: string, line: number) => void
  }
  /** Calls `listener` for each run that has its record; returns the way to stop. */
  readonly onRecorded: (listener: (run: Recorded) => void) => () => void
  /** Calls `listener` after people edited cells; returns the way to stop. */
  readonly onEdited: (listener: () => void) => () => void
}

export const NotebookContext = createContext<NotebookAccess | null>(null)

/** The notebook around this component; throws where there is none. */
export function useNotebook(): NotebookAccess {
  const access = useContext(NotebookContext)
  if (access === null) throw new Error('no notebook around this component')
  return access
}
