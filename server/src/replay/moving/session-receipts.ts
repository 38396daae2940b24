/** The runs that made what a session's kernel holds: its own, and those of the kernels that it came from. */
import type { Receipt } from '../../../contract/run.ts'
import type { SessionMoved } from '../../store/log-entry.ts'
import type { RunIndex } from '../../store/ports.ts'
import { isRefused, runsOf } from '../targets.ts'

/** Moves that are followed back. */
const MOST = 200

/** Oldest first. `order` counts over all of them, so that it says which came first. */
export async function sessionReceipts(
  index: RunIndex,
  session: string,
  before: SessionMoved | null = null,
): Promise<readonly Receipt[]> {
  const parts: (readonly Receipt[])[] = []
  let [at, moved] = [{ session, runs: Number.POSITIVE_INFINITY }, before]
  for (let count = 0; count < MOST; count++) {
    const came = await lastMoveTo(index, at.session, moved)
    const found = await runsOf(index, { kind: 'session', session: at.session })
    const own = isRefused(found) ? [] : found
    const from = came?.targetRuns ?? 0
    parts.push(own.filter(({ order }) => order > from && order <= at.runs))
    if (came === null) break
    at = { session: came.source, runs: came.sourceRuns }
    moved = came
  }
  return parts
    .toReversed()
    .flat()
    .map((receipt, place) => ({ ...receipt, order: place + 1 }))
}

/** The move by which the session was left last; null if it never was. */
export async function lastMoveFrom(index: RunIndex, session: string): Promise<SessionMoved | null> {
  return (await index.moves([session])).findLast(({ source }) => source === session) ?? null
}

/** The last move to the session, before another one. */
async function lastMoveTo(
  index: RunIndex,
  session: string,
  before: SessionMoved | null,
): Promise<SessionMoved | null> {
  const moves = await index.moves(before === null ? [session] : [session, before.source])
  const end = before === null ? moves.length : moves.findLastIndex((one) => isSame(one, before))
  return moves.slice(0, end).findLast(({ target }) => target === session) ?? null
}

const isSame = (one: SessionMoved, other: SessionMoved): boolean =>
  one.at === other.at && one.source === other.source && one.target === other.target
