/**
 * pure but for the bytes that it gets. The comparison of two runs (`contract/compare.ts`) as the API and the command line
 * have it: code by lines, outputs by their contents. Invariant: facts that are equal or unknown are left out.
 */
import { type Compared, type ComparedEdge, compareReceipts, isDifferent } from '../../contract/compare.ts'
import type { Difference, RunDiff, RunName } from '../../contract/past.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import { diffLines } from './diff-lines.ts'
import { diffOutputs, type ReadObject } from './diff-outputs.ts'

export interface RunSide {
  readonly name: RunName
  readonly receipt: Receipt
}

export async function diffRuns(a: RunSide, b: RunSide, read: ReadObject): Promise<RunDiff> {
  const [before, after] = [a.receipt, b.receipt]
  const { isSameCode, outcome, inputs, generated, ...compared } = compareReceipts(before, after)
  const parts = {
    code: isSameCode ? null : diffLines(before.source, after.source),
    outcome: differing([outcome])[0] ?? null,
    inputs: inputs.filter(isDifferent).map(edgeDifference),
    generated: generated.filter(isDifferent).map(edgeDifference),
    packages: differing(compared.packages),
    environment: differing(compared.environment),
    parameters: differing(compared.parameters),
    metrics: differing(compared.metrics),
    random: differing(compared.random),
    outputs: await diffOutputs(before.outputs, after.outputs, read),
  }
  const same = Object.values(parts).every(
    (part) => part === null || (Array.isArray(part) && part.length === 0),
  )
  return { a: a.name, b: b.name, same, ...parts }
}

const differing = (lines: readonly Compared[]): Difference[] =>
  lines.filter(isDifferent).map(({ name, a, b }) => ({ name, a, b }))

function edgeDifference({ kind, name, before, after, a, b }: ComparedEdge): RunDiff['inputs'][number] {
  return { kind, name, a: contentOf(before, a), b: contentOf(after, b) }
}

/** What it is, with its digest if there is one. */
function contentOf(edge: Edge | null, facts: string | null): string | null {
  if (edge === null || edge.deleted) return facts
  const identity = edge.digest ?? `version ${edge.version}`
  return facts === null || facts === '' ? identity : `${facts} (${identity})`
}
