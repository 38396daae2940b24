/**
 * pure. Runs as OpenLineage 2-0-2 events: START, then COMPLETE, FAIL or ABORT. A cell is a job, its session the parent;
 * variables, files and tables are datasets with their schema and version. The `lineage` facet of the job says what went
 * into the run and what came out of it (https://openlineage.io/docs/spec/object-model).
 */
import { join, posix, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Edge, Receipt } from '../../../contract/run.ts'
import type { RunSide } from '../../lineage/diff.ts'
import type { Exporter } from './exporter.ts'
import { type ExportScope, isData, programsOf, uuidOf } from './scope.ts'

const PRODUCER = 'urn:yesterday:notebook'
const SPEC = 'https://openlineage.io/spec'

type Json = Readonly<Record<string, unknown>>

/** One event, as it goes over the wire. */
export type LineageEvent = Json

/** A line of JSON for each event. */
export const openLineage: Exporter = {
  format: 'openlineage',
  title: 'OpenLineage events',
  body: ({ scope }) =>
    openLineageEvents(scope)
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(''),
}

/** Events in the order in which things happened; those of a session enclose those of its runs. */
export function openLineageEvents(scope: ExportScope): readonly LineageEvent[] {
  const first = new Map<string, RunSide>()
  const last = new Map<string, RunSide>()
  for (const side of scope.runs) {
    if (!first.has(side.receipt.session)) first.set(side.receipt.session, side)
    last.set(side.receipt.session, side)
  }
  return scope.runs.flatMap((side) => {
    const { session } = side.receipt
    return [
      ...(first.get(session) === side ? [sessionEvent(scope, side.receipt, 'START')] : []),
      ...runEvents(scope, side),
      ...(last.get(session) === side ? [sessionEvent(scope, side.receipt, 'COMPLETE')] : []),
    ]
  })
}

const base = { producer: PRODUCER, schemaURL: `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent` }

const startOf = ({ started, queued }: Receipt): string => started ?? queued

/** As far as it is exported: it ends with the last of its runs. */
function sessionEvent({ project }: ExportScope, receipt: Receipt, eventType: 'START' | 'COMPLETE'): Json {
  return {
    eventType,
    eventTime: eventType === 'START' ? startOf(receipt) : receipt.ended,
    run: { runId: uuidOf(receipt.session), facets: {} },
    job: {
      namespace: namespaceOf(project),
      name: receipt.notebook,
      facets: { jobType: jobType('NOTEBOOK') },
    },
    inputs: [],
    outputs: [],
    ...base,
  }
}

function runEvents(scope: ExportScope, side: RunSide): readonly LineageEvent[] {
  const { receipt } = side
  const inputs = unique(receipt.used.filter(isData)).map((edge) => dataset(scope, receipt, edge))
  const outputs = unique(receipt.generated.filter(isData)).map((edge) => dataset(scope, receipt, edge))
  return [
    {
      eventType: 'START',
      eventTime: startOf(receipt),
      run: runOf(scope, side, false),
      job: jobOf(scope, side, {}),
      inputs,
      outputs: [],
      ...base,
    },
    {
      eventType: endOf(receipt),
      eventTime: receipt.ended,
      run: runOf(scope, side, true),
      job: jobOf(scope, side, { lineage: lineageOf(inputs, outputs) }),
      inputs,
      outputs,
      ...base,
    },
  ]
}

/** All that was used went into the run, and each output came from it: which input an output came from is not claimed. */
function lineageOf(inputs: readonly Dataset[], outputs: readonly Dataset[]): Json {
  const named = ({ namespace, name }: Dataset) => ({ namespace, name, type: 'DATASET' })
  const entries = [
    { type: 'JOB', inputs: inputs.map(named) },
    ...outputs.map((output) => ({ ...named(output), inputs: [{ type: 'JOB' }] })),
  ]
  return facet('facets/1-0-0/LineageFacet.json#/$defs/LineageJobFacet', { entries })
}

const ends: Readonly<Record<Receipt['outcome'], string>> = {
  ok: 'COMPLETE',
  error: 'FAIL',
  died: 'FAIL',
  aborted: 'ABORT',
}
const endOf = ({ outcome }: Receipt): string => ends[outcome]

function jobOf({ project }: ExportScope, { receipt }: RunSide, more: Json): Json {
  return {
    namespace: namespaceOf(project),
    name: `${receipt.notebook}/${receipt.cellId ?? receipt.run}`,
    facets: {
      sourceCode: facet('facets/1-0-1/SourceCodeJobFacet.json#/$defs/SourceCodeJobFacet', {
        language: 'PYTHON',
        sourceCode: receipt.source,
      }),
      jobType: jobType('CELL'),
      ...more,
    },
  }
}

const jobType = (type: 'CELL' | 'NOTEBOOK') =>
  facet('facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet', {
    processingType: 'BATCH',
    integration: 'YESTERDAY',
    jobType: type,
  })

function runOf({ project }: ExportScope, { receipt }: RunSide, ended: boolean): Json {
  const parent = facet('facets/1-2-0/ParentRunFacet.json#/$defs/ParentRunFacet', {
    run: { runId: uuidOf(receipt.session) },
    job: { namespace: namespaceOf(project), name: receipt.notebook },
  })
  const { error, death } = receipt
  const message = error === null ? death : `${error.ename}: ${error.evalue}`
  const failed =
    !ended || message === null
      ? {}
      : {
          errorMessage: facet('facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet', {
            message,
            programmingLanguage: 'PYTHON',
            ...(error === null ? {} : { stackTrace: stripVTControlCharacters(error.traceback.join('\n')) }),
          }),
        }
  return {
    runId: uuidOf(receipt.run),
    facets: { parent, ...failed, ...(ended ? programFacet(receipt) : {}) },
  }
}

/** A facet of our own: OpenLineage has none for programs that a job starts. */
function programFacet(receipt: Receipt): Json {
  const programs = programsOf(receipt)
  if (programs.length === 0) return {}
  return {
    yesterday_programs: { _producer: PRODUCER, _schemaURL: 'urn:yesterday:facet:programs', programs },
  }
}

interface Dataset {
  readonly namespace: string
  readonly name: string
  readonly facets: Json
}

function dataset(scope: ExportScope, receipt: Receipt, edge: Edge): Dataset {
  const facets = edge.deleted
    ? { lifecycleStateChange: dropped }
    : { ...versionOf(receipt.run, edge), ...schemaOf(edge) }
  return { ...placeOf(scope, receipt, edge), facets }
}

const dropped = facet(
  'facets/1-0-1/LifecycleStateChangeDatasetFacet.json#/$defs/LifecycleStateChangeDatasetFacet',
  { lifecycleStateChange: 'DROP' },
)

/** None of what came from outside, by no recorded run, and has no digest. */
function versionOf(run: string, { digest, by, version }: Edge): Json {
  if (digest === null && by === null && !version.startsWith(`${run}:`)) return {}
  return {
    version: facet('facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet', {
      datasetVersion: digest ?? version,
    }),
  }
}

function schemaOf({ schema }: Edge): Json {
  if (schema === null) return {}
  const fields = schema.map(([name, type]) => ({ name, type }))
  return { schema: facet('facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet', { fields }) }
}

/**
 * Files by their path on the machine, tables by that of their database, addresses by their host, so that other tools'
 * lineage meets ours (https://openlineage.io/docs/spec/naming); variables, and tables in memory, by session.
 */
function placeOf({ project, root }: ExportScope, { notebook, session }: Receipt, { kind, name }: Edge) {
  const onDisk = (path: string) => resolve(root, posix.dirname(notebook), path)
  if (kind === 'file') return { namespace: 'file', name: onDisk(name) }
  if (kind === 'url' && URL.canParse(name)) {
    const { origin, href } = new URL(name)
    return { namespace: origin, name: href.slice(origin.length) }
  }
  const colon = name.lastIndexOf(':')
  if (kind === 'table' && colon > 0)
    return { namespace: 'file', name: `${onDisk(name.slice(0, colon))}${name.slice(colon)}` }
  return { namespace: namespaceOf(project), name: join(notebook, session, kind, name) }
}

/** A column that was read is no dataset of its own. */
function unique(edges: readonly Edge[]): readonly Edge[] {
  return [...new Map(edges.map((edge) => [`${edge.kind} ${edge.name}`, edge])).values()]
}

const namespaceOf = (project: string) => `yesterday://${project}`

function facet(schema: string, members: Json): Json {
  return { _producer: PRODUCER, _schemaURL: `${SPEC}/${schema}`, ...members }
}
