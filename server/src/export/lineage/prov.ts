/**
 * pure. Runs as PROV-JSON (https://www.w3.org/submissions/prov-json): versions are entities, runs activities, actors
 * agents. Names are hashes, so that every name of a variable or file is a valid one; labels have the names.
 */
import type { Edge } from '../../../contract/run.ts'
import type { RunSide } from '../../lineage/diff.ts'
import type { Exporter } from './exporter.ts'
import { type ExportScope, hashName, isData, makerOf, programsOf } from './scope.ts'

export const prov: Exporter = { format: 'prov', title: 'PROV-JSON', body: ({ scope }) => provJson(scope) }

type Records = Record<string, Record<string, unknown>>

/** The document, laid out for people. */
function provJson(scope: ExportScope): string {
  const parts = {
    entity: {} as Records,
    activity: {} as Records,
    agent: {} as Records,
    used: {} as Records,
    wasGeneratedBy: {} as Records,
    wasAssociatedWith: {} as Records,
    wasStartedBy: {} as Records,
  }
  for (const side of scope.runs) addRun(scope, side, parts)
  const prefix = { y: 'urn:yesterday:' }
  const filled = Object.entries(parts).filter(([, records]) => Object.keys(records).length > 0)
  return `${JSON.stringify({ prefix, ...Object.fromEntries(filled) }, null, 1)}\n`
}

type Parts = Readonly<
  Record<
    'entity' | 'activity' | 'agent' | 'used' | 'wasGeneratedBy' | 'wasAssociatedWith' | 'wasStartedBy',
    Records
  >
>

function addRun(scope: ExportScope, { receipt }: RunSide, parts: Parts): void {
  const { run, actor, started, ended, notebook, cellId, outcome, sourceDigest } = receipt
  const activity = `y:run-${run}`
  parts.activity[activity] = {
    ...(started === null ? {} : { 'prov:startTime': started }),
    'prov:endTime': ended,
    'prov:label': `${notebook} ${cellId ?? ''}`.trim(),
    'y:outcome': outcome,
    'y:source': sourceDigest,
  }
  const agent = `y:actor-${hashName(actor.id)}`
  parts.agent[agent] = { 'prov:label': actor.name }
  parts.wasAssociatedWith[`_:a-${run}`] = { 'prov:activity': activity, 'prov:agent': agent }
  for (const edge of receipt.used.filter(isData)) {
    const entity = addEntity(edge, makerOf(scope, run, edge), parts)
    parts.used[`_:u-${hashName(`${run} ${entity}`)}`] = { 'prov:activity': activity, 'prov:entity': entity }
  }
  for (const { command, exitCode } of programsOf(receipt)) {
    const program = `y:program-${hashName(`${run} ${command}`)}`
    parts.activity[program] = {
      'prov:label': command,
      'prov:endTime': ended,
      ...(exitCode === null ? {} : { 'y:exitCode': exitCode }),
    }
    parts.wasStartedBy[`_:s-${hashName(program)}`] = { 'prov:activity': program, 'prov:starter': activity }
  }
  for (const edge of receipt.generated.filter(isData)) {
    const entity = addEntity(edge, run, parts)
    parts.wasGeneratedBy[`_:g-${hashName(`${run} ${entity}`)}`] = {
      'prov:entity': entity,
      'prov:activity': activity,
      'prov:time': ended,
    }
  }
}

/** A version that two runs refer to is one entity: it is named by its maker, or by its content if no run made it. */
function addEntity(edge: Edge, maker: string | null, { entity }: Parts): string {
  const { kind, name, digest, version, type } = edge
  const id = `y:version-${hashName(`${kind} ${name} ${maker ?? digest ?? version}`)}`
  entity[id] = {
    'prov:label': name,
    'y:kind': kind,
    ...(digest === null ? {} : { 'y:digest': digest }),
    ...(type === null ? {} : { 'y:type': type }),
  }
  return id
}
