/** pure. A run as prediction sees it: what it was given in numbers, and what it took. */
import type { Edge } from '../../contract/run.ts'
import type { CodeShape } from './code-shape.ts'

export type LearnedEdge = Pick<Edge, 'kind' | 'name' | 'digest' | 'shape' | 'size' | 'type'> & {
  /** Where the value is a number. */
  readonly number: number | null
  /** Bytes that were stored of it. */
  readonly stored: number
}

/** An ended run that succeeded, as the store reads it. */
export interface LearnedRun {
  readonly seq: number
  readonly run: string
  readonly session: string
  readonly cell: string | null
  readonly durationMs: number
  /** By how much the memory of the process grew above what it had before the run, bytes; null where not measured. */
  readonly memory: number | null
  readonly outputBytes: number
  readonly used: readonly LearnedEdge[]
  readonly generated: readonly LearnedEdge[]
}

/** What a run is given. */
export interface Given {
  /** Numbers above zero: sizes of inputs, parameters, numbers in the code, by name. */
  readonly quantities: ReadonlyMap<string, number>
  /** Equal strings mean the same code and the same inputs; null where an input has no digest. */
  readonly identity: string | null
  /** The first run of a code in a session loads modules and warms caches. */
  readonly isFirst: boolean
}

export interface Sample extends Given {
  readonly seq: number
  readonly run: string
  readonly cell: string | null
  readonly code: CodeShape
  readonly ms: number
  readonly memory: number | null
  readonly stored: number
  readonly used: readonly LearnedEdge[]
  /** Sizes of what it generated, by the same names as inputs have. */
  readonly made: ReadonlyMap<string, number>
}

const INPUTS: ReadonlySet<Edge['kind']> = new Set(['variable', 'file', 'table', 'directory', 'url'])

export const isInput = ({ kind, type }: LearnedEdge): boolean => INPUTS.has(kind) && type !== 'module'

export function sampleOf(run: LearnedRun, isFirst: boolean, code: CodeShape): Sample {
  const used = run.used.filter(isInput)
  return {
    seq: run.seq,
    run: run.run,
    cell: run.cell,
    code,
    ms: run.durationMs,
    memory: run.memory,
    stored: run.outputBytes + run.generated.reduce((sum, { stored }) => sum + stored, 0),
    used,
    made: quantitiesOf(run.generated.filter(isInput)),
    ...given(code, used, isFirst),
  }
}

export function given(code: CodeShape, used: readonly LearnedEdge[], isFirst: boolean): Given {
  const quantities = new Map(quantitiesOf(used))
  for (const [place, value] of code.literals.entries()) add(quantities, `#${place}`, value)
  const inputs = used.map(({ kind, name, digest }) => (digest === null ? null : `${kind} ${name} ${digest}`))
  const identity = inputs.includes(null)
    ? null
    : [code.skeleton, ...code.literals, ...inputs.toSorted()].join('\n')
  return { quantities, identity, isFirst }
}

/** Of a frame its values, rows and columns; of a file its bytes; of a number the number. */
export function quantitiesOf(edges: readonly LearnedEdge[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { kind, name, number, shape, size } of edges) {
    const key = `${kind} ${name}`
    if (number !== null) add(found, key, number)
    else if (shape !== null && shape.length > 0) {
      add(
        found,
        key,
        shape.reduce((product, one) => product * Math.max(1, one), 1),
      )
      if (shape.length > 1) for (const [place, one] of shape.entries()) add(found, `${key}.${place}`, one)
    } else if (size !== null) add(found, key, size)
  }
  return found
}

function add(quantities: Map<string, number>, name: string, value: number): void {
  const positive = Math.abs(value)
  if (positive > 0 && Number.isFinite(positive)) quantities.set(name, positive)
}
