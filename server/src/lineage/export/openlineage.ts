/**
 * pure. Runs as OpenLineage 2-0-2 events: START, then COMPLETE, FAIL or ABORT. A cell is a job, its session the parent;
 * variables, files and tables are datasets with their schema and version, and each output says by its `lineage` facet
 * from which inputs it came (https://openlineage.io/docs/spec/object-model).
 */
import { join, posix, resolve } from 'node:path'
import type { Edge, Receipt } from '../../../contract/run.ts'
import type { RunSide } from '../diff.ts'
import { type ExportScope, isData, uuidOf } from './scope.ts'

const PRODUCER = 'urn:yesterday:notebook'
const SPEC = 'https://openlineage.io/spec'

type Json = Readonly<Record<string, unknown>>

/** One event, as it goes over the wire. */
export type LineageEvent = Json

/** Events in the order in which things happened. */
export function openLineageEvents(scope: ExportScope): readonly LineageEvent[] {
  return scope.runs.flatMap((side) => runEvents(scope, side))
}

function runEvents(scope: ExportScope, side: RunSide): readonly LineageEvent[] {
  const { receipt } = side
  const base = { producer: PRODUCER, schemaURL: `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent` }
  const job = jobOf(scope, side)
  const inputs = unique(receipt.used.filter(isData)).map((edge) => dataset(scope, receipt, edge, {}))
  const sources = inputs.map(({ namespace, name }) => ({ namespace, name, type: 'DATASET' }))
  const lineage = {
    lineage: facet('facets/1-0-0/LineageFacet.json#/$defs/LineageDatasetFacet', { inputs: sources }),
  }
  const made = unique(receipt.generated.filter((edge) => isData(edge) && !edge.deleted))
  const outputs = made.map((edge) => dataset(scope, receipt, edge, lineage))
  return [
    {
      eventType: 'START',
      eventTime: receipt.started ?? receipt.queued,
      run: runOf(scope, side, false),
      job,
      inputs,
      outputs: [],
      ...base,
    },
    {
      eventType: endOf(receipt),
      eventTime: receipt.ended,
      run: runOf(scope, side, true),
      job,
      inputs,
      outputs,
      ...base,
    },
  ]
}

const ends: Readonly<Record<Receipt['outcome'], string>> = {
  ok: 'COMPLETE',
  error: 'FAIL',
  died: 'FAIL',
  aborted: 'ABORT',
}
const endOf = ({ outcome }: Receipt): string => ends[outcome]

function jobOf({ project }: ExportScope, { receipt }: RunSide): Json {
  return {
    namespace: namespaceOf(project),
    name: `${receipt.notebook}/${receipt.cellId ?? receipt.run}`,
    facets: {
      sourceCode: facet('facets/1-0-1/SourceCodeJobFacet.json#/$defs/SourceCodeJobFacet', {
        language: 'PYTHON',
        sourceCode: receipt.source,
      }),
      jobType: facet('facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet', {
        processingType: 'BATCH',
        integration: 'YESTERDAY',
        jobType: 'CELL',
      }),
    },
  }
}

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
            ...(error === null ? {} : { stackTrace: error.traceback.join('\n') }),
          }),
        }
  return { runId: uuidOf(receipt.run), facets: { parent, ...failed } }
}

interface Dataset {
  readonly namespace: string
  readonly name: string
  readonly facets: Json
}

function dataset(scope: ExportScope, receipt: Receipt, edge: Edge, more: Json): Dataset {
  const version = facet('facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet', {
    datasetVersion: edge.digest ?? edge.version,
  })
  const fields = edge.schema?.map(([name, type]) => ({ name, type }))
  const schema =
    fields === undefined
      ? {}
      : { schema: facet('facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet', { fields }) }
  return { ...placeOf(scope, receipt, edge), facets: { version, ...schema, ...more } }
}

/** Files by their path on the machine, so that other tools' lineage meets ours; variables by session. */
function placeOf({ project, root }: ExportScope, { notebook, session }: Receipt, { kind, name }: Edge) {
  if (kind === 'file') return { namespace: 'file', name: resolve(root, posix.dirname(notebook), name) }
  if (kind === 'url') return { namespace: 'url', name }
  return { namespace: namespaceOf(project), name: join(notebook, session, kind, name) }
}

/** A column that was read is no dataset of its own. */
function unique(edges: readonly Edge[]): readonly Edge[] {
  return [...new Map(edges.map((edge) => [`${edge.kind} ${edge.name}`, edge])).values()]
}

const namespaceOf = (project: string) => `yesterday://${project}`

const facet = (schema: string, members: Json): Json => ({
  _producer: PRODUCER,
  _schemaURL: `${SPEC}/${schema}`,
  ...members,
})
