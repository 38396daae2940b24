/** What replays are made with, given to each of them. */
import type { Kernels } from '@yesterday/kernel-bridge'
import type { Store } from '../store/ports.ts'

/** What replays are made with. */
export interface ReplayWorld {
  readonly store: Store
  readonly kernels: Kernels
  /** The project folder, absolute, links resolved. */
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  /** Whether what runs sent out may be sent again. Default false. */
  readonly maySend?: boolean
}
