/**
 * pure. The numbers of a run by name: what went in (`parameters`) and what came out (`metrics`). A number that a run
 * made out of others is what came of it; one that it wrote down (`lr = 0.01`) is a parameter from there on.
 */
import type { Edge } from './run.ts'

export interface RunNumbers {
  readonly parameters: ReadonlyMap<string, number>
  readonly metrics: ReadonlyMap<string, number>
}

/** At most so many of each are kept of one run. */
const MOST = 200

type Edges = { readonly used: readonly Edge[]; readonly generated: readonly Edge[] }

export function numbersOf({ used, generated }: Edges): RunNumbers {
  const isMade = used.some(({ kind }) => kind === 'variable' || kind === 'file' || kind === 'table')
  const own = generated.flatMap(scalar)
  const parameters = [
    ...used.flatMap(scalar),
    ...generated.flatMap((edge) => modelParameters(edge.facets)),
    ...(isMade ? [] : own),
  ]
  const metrics = [...generated.flatMap((edge) => numbersIn(edge.facets?.metrics)), ...(isMade ? own : [])]
  return { parameters: byName(parameters), metrics: byName(metrics) }
}

type Named = readonly [name: string, value: number]

function scalar({ kind, name, facets }: Edge): readonly Named[] {
  const number = facets?.number
  return kind === 'variable' && isNumber(number) ? [[name, number]] : []
}

function modelParameters(facets: Edge['facets']): readonly Named[] {
  const model = facets?.model
  return [...(isObject(model) ? numbersIn(model.params) : []), ...numbersIn(facets?.params)]
}

/** Members that are numbers, at any depth: `{optimizer: {lr: 1}}` gives `optimizer.lr`. Lists of `{name, value}` too. */
function numbersIn(value: unknown, prefix = '', depth = 0): readonly Named[] {
  if (depth > 4) return []
  if (Array.isArray(value)) return value.flatMap(named)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, member]): readonly Named[] =>
    isNumber(member) ? [[prefix + key, member]] : numbersIn(member, `${prefix}${key}.`, depth + 1),
  )
}

function named(item: unknown): readonly Named[] {
  if (!isObject(item) || typeof item.name !== 'string') return []
  return isNumber(item.value) ? [[item.name, item.value]] : []
}

/** Parameters of models that are words or truth values: `kernel` is `rbf`. */
export function modelWords({ generated }: Pick<Edges, 'generated'>): ReadonlyMap<string, string> {
  const found = generated.flatMap(({ facets }) => {
    const model = facets?.model
    return [isObject(model) ? model.params : null, facets?.params].flatMap((params) =>
      isObject(params) ? Object.entries(params) : [],
    )
  })
  const words = found.flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'boolean' ? [[name, String(value)] as const] : [],
  )
  return new Map(words.slice(0, MOST))
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The last of each name: what a loop left. */
function byName(numbers: readonly Named[]): ReadonlyMap<string, number> {
  return new Map([...new Map(numbers)].slice(0, MOST))
}
