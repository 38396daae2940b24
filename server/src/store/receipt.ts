/** pure. What is read of a run, assembled from what the log says of it. */
import { isImageMime } from '../../contract/mime-rules.ts'
import type { TimelineRun } from '../../contract/past.ts'
import type { Edge, OutputEntry, Receipt, RunSummary } from '../../contract/run.ts'
import type { RunEnded, RunQueued } from './log-entry.ts'
import { withoutOwnRecord } from './own-record.ts'

/** At most so many names on a line of the log. */
const NAMES = 50

/** Things that nearly every run touches, and that say nothing on a line of the log. */
const unnamed: ReadonlySet<Edge['kind']> = new Set(['environment', 'state'])

function namesOf(edges: readonly Edge[]): string[] {
  const names = withoutOwnRecord(edges)
    .filter((edge) => !unnamed.has(edge.kind))
    .map((edge) => edge.name)
  return [...new Set(names)].slice(0, NAMES)
}

/** The line of the log for an ended run. */
export function summarize(queued: RunQueued, ended: RunEnded): RunSummary {
  return {
    run: queued.run,
    session: queued.session,
    notebook: queued.notebook,
    cell: queued.cell,
    cellId: queued.cellId,
    outcome: ended.outcome,
    actor: queued.actor,
    queued: queued.at,
    started: ended.started,
    ended: ended.at,
    durationMs: ended.durationMs,
    executionCount: ended.executionCount,
    title: queued.title,
    usedNames: namesOf(ended.used),
    generatedNames: namesOf(ended.generated),
    ...(ended.host === undefined ? {} : { host: ended.host }),
  }
}

/** The whole receipt of an ended run, with the source that its digest names. */
export function assembleReceipt(queued: RunQueued, ended: RunEnded, source: string): Receipt {
  return {
    ...summarize(queued, ended),
    source,
    sourceDigest: queued.sourceDigest,
    order: ended.order,
    error: ended.error,
    death: ended.death,
    used: withoutOwnRecord(ended.used),
    generated: withoutOwnRecord(ended.generated),
    environment: ended.environment,
    state: ended.state,
    outputs: ended.outputs,
    cost: ended.cost,
    ...(ended.use === undefined ? {} : { use: ended.use }),
    notCaptured: ended.notCaptured,
  }
}

/** The last picture among the outputs. */
export function thumbnailOf(outputs: readonly OutputEntry[]): TimelineRun['thumbnail'] {
  const picture = outputs.findLast(({ mime }) => isImageMime(mime))
  return picture === undefined ? null : { mime: picture.mime, digest: picture.digest }
}
