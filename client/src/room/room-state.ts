/** pure. What the page may say of its connection and its edits. Invariant: "saved" only when the server said so. */

import type { HistoryState } from '@yesterday/server/contract/history.ts'

/** What the room knows. Counters are of this connection: step-2 and update messages sent, and acknowledged. */
export interface RoomFacts {
  readonly open: boolean
  /** The server has asked for what this page has: from now on each edit is sent. */
  readonly asked: boolean
  /** This page has what the server has. */
  readonly synced: boolean
  readonly sent: number
  readonly acknowledged: number
  /** Edits were made while no connection could carry them. */
  readonly editedOffline: boolean
  /** An edit of this page was acknowledged, on any connection. */
  readonly everSaved: boolean
  /** Synced at least once in the life of the page. */
  readonly everSynced: boolean
  readonly ended: RoomEnd | null
}

/** Why a room is over for this page. `epoch` and `refused` ask for a reload with unsent edits kept. */
export type RoomEnd =
  | { readonly kind: 'epoch' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'forbidden' }

/** The word that the page shows. */
export type RoomStatus = 'connecting' | 'live' | 'offline' | 'saving' | 'saved' | 'refused'

export const noFacts: RoomFacts = {
  open: false,
  asked: false,
  synced: false,
  sent: 0,
  acknowledged: 0,
  editedOffline: false,
  everSaved: false,
  everSynced: false,
  ended: null,
}

/** True while an edit of this page is not known to be durable. */
export function hasUnsaved(facts: RoomFacts): boolean {
  return facts.editedOffline || facts.sent > facts.acknowledged
}

/** The word for these facts. */
export function roomStatus(facts: RoomFacts): RoomStatus {
  if (facts.ended !== null) return 'refused'
  if (!facts.open || !facts.synced) return facts.everSynced ? 'offline' : 'connecting'
  if (hasUnsaved(facts)) return 'saving'
  return facts.everSaved ? 'saved' : 'live'
}

/** What the room calls saved is not, while the history is gone or damaged. */
export function unlessLost(status: RoomStatus, history: HistoryState['kind']): RoomStatus {
  return history === 'sound' || status === 'offline' || status === 'connecting' ? status : 'refused'
}
