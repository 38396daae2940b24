/**
 * pure. A session's runs as lanes: x is the order in which they ran, each cell has a lane. Invariant: the state at a
 * moment is found by bisection, so that scrubbing through thousands of runs takes no time.
 */
import type { RunSummary } from '@yesterday/server/contract/run.ts'

export interface Lane {
  /** The cell; null for runs from outside the notebook. */
  readonly cell: string | null
  /** Its place among all cells at its last run. */
  readonly place: number | null
  /** Indexes into the runs of the timeline, rising. */
  readonly runs: readonly number[]
}

export interface Timeline {
  /** By order, oldest first. */
  readonly runs: readonly RunSummary[]
  readonly lanes: readonly Lane[]
  /** The lane of each run. */
  readonly laneOf: readonly number[]
}

/** `newestFirst` are all runs of one session that started, as the log pages give them. */
export function timelineOf(newestFirst: readonly RunSummary[]): Timeline {
  const runs = newestFirst.filter(({ started }) => started !== null).toReversed()
  const found = new Map<string, { cell: string | null; place: number | null; runs: number[] }>()
  runs.forEach((run, index) => {
    const key = run.cellId ?? ''
    const lane = found.get(key) ?? { cell: run.cellId, place: null, runs: [] }
    lane.runs.push(index)
    lane.place = run.cell
    found.set(key, lane)
  })
  const last = Number.MAX_SAFE_INTEGER
  const lanes = [...found.values()].sort((a, b) => (a.place ?? last) - (b.place ?? last))
  const laneOf = new Array<number>(runs.length).fill(0)
  lanes.forEach((lane, row) => {
    for (const index of lane.runs) laneOf[index] = row
  })
  return { runs, lanes, laneOf }
}

/** The lane's last run at the moment after run `at`; null where it had none yet. */
export function runAt(lane: Lane, at: number): number | null {
  let [low, high] = [0, lane.runs.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((lane.runs[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return lane.runs[low - 1] ?? null
}

/** Each name as it was after run `at`, with the index of the run that made it, the newest first. */
export function namesAt({ runs }: Timeline, at: number): readonly (readonly [string, number])[] {
  const names = new Map<string, number>()
  for (let index = at; index >= 0; index--) {
    for (const name of runs[index]?.generatedNames ?? []) if (!names.has(name)) names.set(name, index)
  }
  return [...names]
}

/** Sizes of the drawing, pixels. */
export interface Scale {
  readonly pitch: number
  readonly row: number
}

export const ROW = 24
const PITCH = { least: 4, most: 28 }

/** As wide as there is room, and never so narrow that a run cannot be seen. */
export const scaleFor = (count: number, width: number): Scale => ({
  row: ROW,
  pitch: Math.max(PITCH.least, Math.min(PITCH.most, width / Math.max(1, count))),
})

/** The run under a point; null where there is none. */
export function runUnder(timeline: Timeline, scale: Scale, x: number, y: number): number | null {
  const index = Math.floor(x / scale.pitch)
  return timeline.laneOf[index] === Math.floor(y / scale.row) ? index : null
}
