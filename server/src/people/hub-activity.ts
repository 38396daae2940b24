/**
 * Reports to a JupyterHub when people last worked here, so that it can stop servers that are idle. Invariant: an open page
 * alone is no activity; what a person does, and code that runs, is.
 */
import type { SocketSpec } from '../../contract/route.ts'
import { socketApi } from '../../contract/routes.ts'
import { frame } from '../../contract/sync.ts'
import type { HubConfig } from './hub-config.ts'

const TIMEOUT_MS = 15_000

export interface HubActivityParts {
  readonly config: Pick<HubConfig, 'activityUrl' | 'activityMs' | 'apiToken' | 'server'>
  /** Whether code runs at this moment. */
  readonly isBusy: () => Promise<boolean>
  readonly now?: () => Date
  readonly onProblem: (error: unknown) => void
}

export class HubActivity {
  readonly #parts: HubActivityParts
  readonly #now: () => Date
  #last: Date
  #reported: Date | null = null

  constructor(parts: HubActivityParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => new Date())
    this.#last = this.#now()
  }

  /** A person did something now. */
  readonly touch = (): void => {
    this.#last = this.#now()
  }

  /** Reports now, and every few minutes from now on. */
  start(): void {
    const { activityMs } = this.#parts.config
    if (activityMs === 0) return
    const report = (): void => {
      this.report().catch(this.#parts.onProblem)
    }
    report()
    setInterval(report, activityMs).unref()
  }

  /** Sends the time of the last activity, unless the hub knows it. Throws if the hub does not take it. */
  async report(): Promise<void> {
    const { config, isBusy } = this.#parts
    if (config.activityUrl === null) return
    if (await isBusy()) this.touch()
    const last = this.#last
    if (this.#reported !== null && last <= this.#reported) return
    const at = last.toISOString()
    const answer = await fetch(config.activityUrl, {
      method: 'POST',
      headers: { authorization: `token ${config.apiToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ last_activity: at, servers: { [config.server]: { last_activity: at } } }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!answer.ok) throw new Error(`the hub did not take our activity: ${answer.status}`)
    this.#reported = last
  }
}

/** An edit, in the first bytes of a frame of a document socket: `sync`, `update` (sync.ts). */
const EDIT = [frame.sync, 2] as const

/** Whether a message of a client is something that its person does. Open pages send presence by themselves. */
export function isActivity(spec: SocketSpec, data: Uint8Array): boolean {
  return spec !== socketApi.room || EDIT.every((byte, index) => data[index] === byte)
}
