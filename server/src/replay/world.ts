/** What replays are made with, given to each of them. */
import type { Kernels } from '@yesterday/kernel-bridge'
import type { Receipt } from '../../contract/run.ts'
import type { RunHistory } from '../prediction/run-history.ts'
import type { Store } from '../store/ports.ts'

/** What replays are made with. */
export interface ReplayWorld {
  readonly store: Store
  readonly kernels: Kernels
  /** The project folder, absolute, links resolved. */
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  /** What runs are expected to take. Default: what they took. */
  readonly learned?: RunHistory
  /** Hosts to which what runs sent may be sent again; they are asked in place of the record. Default: none. */
  readonly maySend?: readonly string[]
  /** Whether all requests ask the network in place of the record. Default false. */
  readonly isLive?: boolean
  /** Where nothing isolates: commands or programs that may start, and absolute paths below which files may be written. */
  readonly mayStart?: readonly string[]
  readonly mayWrite?: readonly string[]
  /** The isolation to use, by its name; else `YESTERDAY_ISOLATION`, else the strongest that works here. */
  readonly isolation?: string | undefined
  /** Asks a person for a secret of a run's code. Null: they do not give it, and the run cannot run again. */
  readonly askSecret?: (run: Pick<Receipt, 'cell' | 'title'>, fingerprint: string) => Promise<string | null>
}
