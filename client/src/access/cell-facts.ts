/** pure. What the session and the selection say of each cell, by the cell's id; cells of which nothing is said are left out. */
import type { SessionView } from '@yesterday/server/contract/session.ts'
import type { Selection } from './selection.ts'

/** A cell that runs or waits. */
export interface CellRun {
  readonly running: SessionView['running']
  /** The run that waits; null where none does. Its place in the queue is not here: each run that ends changes all of them. */
  readonly queued: { readonly run: string } | null
  readonly prompt: SessionView['prompt']
}

const nothing: CellRun = { running: null, queued: null, prompt: null }

export function cellRuns({ running, queue, prompt }: SessionView): ReadonlyMap<string, CellRun> {
  const cells = new Map<string, CellRun>()
  const add = (cell: string, fact: Partial<CellRun>): void =>
    void cells.set(cell, { ...(cells.get(cell) ?? nothing), ...fact })
  // The first of several places in the queue counts.
  for (const { cell, run } of queue.toReversed()) add(cell, { queued: { run } })
  if (running !== null) add(running.cell, { running })
  if (prompt !== null) add(prompt.cell, { prompt })
  return cells
}

/** The place of each waiting cell in the queue, from 0. */
export const queuePlaces = ({ queue }: SessionView): ReadonlyMap<string, number> =>
  new Map([...queue.entries()].reverse().map(([place, { cell }]) => [cell, place]))

export const sameRun = (one: CellRun, other: CellRun): boolean =>
  one.running?.run === other.running?.run &&
  one.running?.expectedMs === other.running?.expectedMs &&
  one.queued?.run === other.queued?.run &&
  one.prompt?.run === other.prompt?.run &&
  one.prompt?.text === other.prompt?.text

/** Whether `now` differs from a resting session in nothing but that something runs: it may be over at once. */
export const isBegun = (shown: SessionView, now: SessionView): boolean =>
  isResting(shown) && !isResting(now) && ['idle', 'busy'].includes(now.kernel.state) && now.prompt === null

const isResting = ({ kernel, running, queue }: SessionView): boolean =>
  kernel.state === 'idle' && running === null && queue.length === 0

/** How a cell is marked by the selection. */
export type CellMark = 'selected' | 'active' | 'editing'

export function cellMarks(selection: Selection, chosen: readonly string[]): ReadonlyMap<string, CellMark> {
  const marks = new Map<string, CellMark>(chosen.map((cell) => [cell, 'selected']))
  if (selection.active !== null) marks.set(selection.active, selection.mode === 'edit' ? 'editing' : 'active')
  return marks
}
