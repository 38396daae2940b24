/** The options of a session, and the events that it emits. */
import type { Kernels } from '@yesterday/kernel-bridge'
import type * as Y from 'yjs'
import type { RunId, Timestamp } from '../../contract/ids.ts'
import type { Event } from '../../contract/session.ts'
import type { Purpose } from '../store/log-entry.ts'
import type { Store } from '../store/ports.ts'
import type { RunEnded } from './run-ended.ts'
import type { Run } from './state.ts'

export interface SessionOptions {
  readonly kernels: Kernels
  readonly store: Store
  readonly doc: Y.Doc
  /** Null where no room shows the document: the run is from the command line. */
  readonly documentId: string | null
  /** Path below the project folder, now. */
  readonly path: () => string
  /** Where the kernel works. */
  readonly cwd: () => string
  /** Variables that the kernel gets beside those of this process. Default none. */
  readonly env?: Readonly<Record<string, string>>
  /** The kernelspec to start when none was asked for. */
  readonly defaultSpec: () => Promise<string>
  readonly allowStdin: boolean
  /** Keeps the next kernel ready, so that a restart is quick. Default true. */
  readonly prewarm?: boolean
  /** Why it repeats what already ran; none for a person's own work. */
  readonly purpose?: Purpose
  /** False if the history was made elsewhere and is not trusted. Default true. */
  readonly trustsHistory?: boolean
  /** How long a run is expected to take, ms; null where nothing is known. Default: nothing is. */
  readonly expectedMs?: (run: ExpectedRun) => Promise<number | null>
  /** Between two looks whether a kernel at work answers, and for its answer. Default 5,000. */
  readonly pulseMs?: number
  readonly now?: () => Timestamp
  readonly newId?: () => string
}

/** A run that began, in its session. */
export interface ExpectedRun {
  readonly source: string
  readonly session: string | null
  /** Where the kernel works. */
  readonly cwd: string
}

/** The events of a session. */
export interface SessionEvents {
  /** An event for every client, besides the view. */
  event: [Exclude<Event, { type: 'session' }>]
  /** The view changed. */
  changed: []
  recorded: [RunEnded, Run]
  /** This run of one of the notebook's cells, in the kernel of another program, was recorded. */
  recordedElsewhere: [RunId]
}
