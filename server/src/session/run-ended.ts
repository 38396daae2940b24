/**
 * pure. The terminal entry of a run, from how it ended and what the agent recorded.
 * Invariant: what is missing is named in `notCaptured`; an entry is never silently incomplete.
 */
import { type AgentEdge, AgentRecord } from '@yesterday/kernel-bridge'
import type { RunId, Timestamp } from '../../contract/ids.ts'
import type { Edge, OutputEntry, Receipt, RunHost } from '../../contract/run.ts'
import type { RunUse } from '../../contract/run-use.ts'
import { whyTooDeep } from '../document/not-shown.ts'
import type { LogEntry } from '../store/log-entry.ts'
import { withoutOwnRecord } from '../store/own-record.ts'
import type { ProjectKey } from '../store/project-key.ts'
import { boundedError } from './bounded-error.ts'
import type { Ending } from './state.ts'

export type RunEnded = Extract<LogEntry, { type: 'run-ended' }>

/** The agent's record as far as it can be read, or why there is none. */
export type ReadRecord =
  | { readonly ok: true; readonly record: AgentRecord }
  | { readonly ok: false; readonly why: string }

/** Reads what the agent sent; `undefined` means that nothing came. */
export function readRecord(raw: unknown): ReadRecord {
  if (raw === undefined || raw === null) return { ok: false, why: 'the kernel sent no record of this run' }
  const why = whyTooDeep(raw)
  if (why !== null) return { ok: false, why: `the record could not be read: it ${why}` }
  const parsed = AgentRecord.safeParse(raw)
  if (parsed.success) return { ok: true, record: parsed.data }
  const [issue] = parsed.error.issues
  return { ok: false, why: `the record could not be read: ${issue?.path.join('.')}: ${issue?.message}` }
}

export interface EndedRun {
  readonly run: RunId
  readonly order: number
  readonly started: Timestamp | null
  readonly ended: Timestamp
  readonly ending: Ending
  readonly outputs: readonly OutputEntry[]
  /** Null where it was not sampled. */
  readonly use: RunUse | null
  readonly record: ReadRecord
  /** Signs where a value's bytes are. */
  readonly key: Pick<ProjectKey, 'sign'>
  /** The last environment recorded in full; a later record names it by its digest alone. */
  readonly environment: Receipt['environment']
  /** Where its kernel ran; undefined where that is not known. */
  readonly host?: RunHost | null | undefined
}

export function runEnded(ended: EndedRun): RunEnded {
  return {
    type: 'run-ended',
    run: ended.run,
    at: ended.ended,
    order: ended.order,
    started: ended.started,
    durationMs: ended.started === null ? 0 : Date.parse(ended.ended) - Date.parse(ended.started),
    outputs: [...ended.outputs],
    ...outcomeOf(ended.ending),
    ...recordedOf(ended),
    ...(ended.use === null ? {} : { use: ended.use }),
    ...(ended.host === undefined ? {} : { host: ended.host }),
  }
}

type OutcomePart = Pick<RunEnded, 'outcome' | 'executionCount' | 'error' | 'death'>

function outcomeOf(ending: Ending): OutcomePart {
  const nothing = { executionCount: null, error: null, death: null }
  if (ending.kind === 'aborted') return { ...nothing, outcome: 'aborted' }
  if (ending.kind === 'died') return { ...nothing, outcome: 'died', death: ending.death }
  const { outcome } = ending
  switch (outcome.status) {
    case 'ok':
      return { ...nothing, outcome: 'ok', executionCount: outcome.executionCount }
    case 'error': {
      return {
        outcome: 'error',
        executionCount: outcome.executionCount,
        error: boundedError(outcome),
        death: null,
      }
    }
    case 'aborted':
      return { ...nothing, outcome: 'aborted' }
    case 'died':
      return { ...nothing, outcome: 'died', death: outcome.death.likely }
  }
}

type RecordedPart = Pick<RunEnded, 'used' | 'generated' | 'environment' | 'state' | 'cost' | 'notCaptured'>

function recordedOf(ended: EndedRun): RecordedPart {
  const nothing = { used: [], generated: [], environment: ended.environment, state: null, cost: null }
  if (ended.ending.kind === 'aborted')
    return {
      ...nothing,
      environment: null,
      notCaptured: [{ what: 'run', why: `it did not run: ${ended.ending.reason}` }],
    }
  if (!ended.record.ok)
    return { ...nothing, notCaptured: [{ what: 'variables and files', why: ended.record.why }] }
  const { record } = ended.record
  return {
    used: withoutOwnRecord(record.used).map((edge) => edgeOf(edge, null)),
    generated: withoutOwnRecord(record.generated).map((edge) => edgeOf(edge, signatureOf(edge, ended))),
    environment: environmentOf(record, ended.environment),
    state: stateOf(record.state),
    cost: costOf(record.cost),
    notCaptured: record.notCaptured,
  }
}

const stateOf = ({
  entropy,
  hashSeed,
  answers,
  widgets,
  ...state
}: AgentRecord['state']): Receipt['state'] => ({
  ...state,
  entropy: entropy ?? null,
  hashSeed: hashSeed ?? null,
  answers: answers ?? null,
  widgets: widgets ?? null,
})

/** The record's environment; if it is unchanged, its facets are those of the last one. */
export function environmentOf(record: AgentRecord, last: Receipt['environment']): Receipt['environment'] {
  const { digest, facets } = record.environment
  return { digest, facets: facets ?? (last?.digest === digest ? last.facets : {}) }
}

function costOf(cost: AgentRecord['cost']): Receipt['cost'] {
  return {
    ...cost,
    peakMemoryBytes: cost.peakMemoryBytes ?? null,
    startMemoryBytes: cost.startMemoryBytes ?? null,
    readBytes: cost.readBytes ?? null,
    writtenBytes: cost.writtenBytes ?? null,
    gpuMemoryBytes: cost.gpuMemoryBytes ?? null,
  }
}

/** Files are known by their digest; a variable's bytes run as code when loaded, so they are signed. */
function signatureOf({ kind, name, value }: AgentEdge, { run, key }: EndedRun): string | null {
  return kind === 'variable' && value ? key.sign({ run, name, value }) : null
}

function edgeOf(edge: AgentEdge, signature: string | null): Edge {
  return {
    kind: edge.kind,
    name: edge.name,
    version: edge.version,
    digest: edge.digest ?? null,
    edge: edge.edge,
    by: edge.by ?? null,
    makers: edge.makers ?? [],
    parts: edge.parts ?? null,
    reason: edge.reason ?? null,
    type: edge.type ?? null,
    shape: edge.shape ?? null,
    schema: edge.schema ?? null,
    size: edge.size ?? null,
    preview: edge.preview ?? null,
    deleted: edge.deleted ?? false,
    query: edge.query ?? null,
    facets: edge.facets ?? null,
    value: edge.value ? { ...edge.value, signature } : null,
  }
}
