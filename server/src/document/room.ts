/** An open notebook's room: its sockets, their presence, and what is sent to all of them. */

import { Quota } from '../connection/quota.ts'
import { Broadcast } from './broadcast.ts'
import type { LiveDocument } from './live-document.ts'
import { Presence } from './presence.ts'

/** What refusals a person may cause: an honest page reloads after one. */
const REFUSALS = { burst: 10, perSecond: 0.1 }
/** What a refusal costs that made the checker build its copy again, or that ended its thread. */
const COSTLY = 3
const DEADLY = 10

export class Room {
  readonly live: LiveDocument
  readonly broadcast = new Broadcast()
  readonly presence = new Presence(
    (update) => this.broadcast.presence(update),
    () => this.broadcast.size,
  )
  readonly #refusals = new Map<string, Quota>()
  readonly #stop: () => void

  constructor(live: LiveDocument) {
    this.live = live
    this.#stop = live.onUpdate((update, sender) => this.broadcast.update(update, sender))
  }

  get isEmpty(): boolean {
    return this.broadcast.size === 0
  }

  /** Counts a refused edit of a person; false when there were so many that the connection must end. */
  mayBeRefused(
    personId: string,
    { isCostly, wasKilled }: { isCostly: boolean; wasKilled?: boolean },
  ): boolean {
    const quota = this.#refusals.get(personId) ?? new Quota(REFUSALS)
    this.#refusals.set(personId, quota)
    return quota.take(wasKilled ? DEADLY : isCostly ? COSTLY : 1)
  }

  destroy(): void {
    this.#stop()
    this.presence.destroy()
  }
}
