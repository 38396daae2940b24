/** pure. The facts of a receipt in words: what the page puts into elements and the command line into lines. */
import { durationText, sizeText } from './amounts.ts'
import { type Edge, partOf, programOf, type Receipt, type RunHost, shapeOf } from './run.ts'
import { type RunUse, wordsOfUse } from './run-use.ts'
import type { Say } from './words.ts'
import { ranksOf, touchedBy, type Worker, workersOf, workingOf } from './workers.ts'

/** A name with its part, which is written as Python would: `['column']`, `.attribute`; else in words. */
export function edgeName(edge: Pick<Edge, 'name' | 'parts'>): string {
  const part = partOf(edge) ?? ''
  return /^\w/.test(part) ? `${edge.name}, ${part}` : `${edge.name}${part}`
}

/** What the thing of an edge is: type, shape or columns; '' when nothing is known. */
export function describeEdge(edge: Edge, say: Say): string {
  const columns = edge.schema === null ? null : say('receipt.columns', { count: edge.schema.length })
  return [edge.type, shapeOf(edge) ?? columns].filter((part) => part !== null).join(', ')
}

const WITHOUT_CONTENT: ReadonlySet<Edge['kind']> = new Set(['table', 'subprocess'])

/** Whether the content should have been recorded and was not. */
export const lacksContent = ({ digest, deleted, kind }: Edge): boolean =>
  digest === null && !deleted && !WITHOUT_CONTENT.has(kind)

const SET_BY = 'set by '
const BY_A_PERSON = 'a person set it'

/** Whether a person set this with a widget, as the agent's widget_values.py has it. */
export const isSetByPerson = ({ kind, reason }: Pick<Edge, 'kind' | 'reason'>): boolean =>
  kind === 'state' && reason !== null && (reason === BY_A_PERSON || reason.startsWith(SET_BY))

/** Who set the value of a widget; null for what is none. */
export function setBy(edge: Pick<Edge, 'kind' | 'reason'>, say: Say): string | null {
  if (!isSetByPerson(edge)) return null
  const person = edge.reason?.startsWith(SET_BY) ? edge.reason.slice(SET_BY.length) : null
  return person === null ? say('receipt.setByPerson') : say('receipt.setBy', { person })
}

/** How a program ended; null for what is none. */
export function programEnd(
  edge: Edge,
  say: Say,
): { readonly words: string; readonly hasFailed: boolean } | null {
  const program = programOf(edge)
  if (program === null || program.kind === 'process') return null
  const { exitCode } = program
  const words = exitCode === null ? say('receipt.exitUnknown') : say('receipt.exitCode', { code: exitCode })
  return { words, hasFailed: exitCode !== null && exitCode !== 0 }
}

/** "by workers 1, 2" of what they touched; "4 workers, ranks 0–3" of what started them; null where there were none. */
export function workersNote(edge: Edge, say: Say): string | null {
  const touched = touchedBy(edge)
  if (touched.length > 0) return say('worker.touched', { count: touched.length, workers: touched.join(', ') })
  const working = workingOf(workersOf(edge))
  if (working.length === 0) return null
  const ranks = ranksOf(working)
  const count = say('worker.count', { count: working.length })
  return ranks === null ? count : say('worker.ranks', { workers: count, ranks, count: working.length })
}

/** What a worker did and how it ended. */
export function workerFacts({ rank, read, written, ended, exitCode }: Worker, say: Say): readonly string[] {
  const end =
    exitCode === undefined ? say(`worker.ended.${ended}`) : say('receipt.exitCode', { code: exitCode })
  const files = say('worker.files', { read, written })
  return rank === undefined ? [files, end] : [say('worker.rank', { rank }), files, end]
}

/** What is known of the cost, each with its name. */
export function costFacts(
  cost: NonNullable<Receipt['cost']>,
  say: Say,
): readonly (readonly [name: string, value: string])[] {
  const size = (bytes: number | null) => (bytes === null || bytes === 0 ? null : sizeText(bytes, say.locale))
  const facts: readonly (readonly [string, string | null])[] = [
    [say('receipt.wall'), durationText(cost.wallMs, say)],
    [say('receipt.cpu'), durationText(cost.cpuMs, say)],
    [say('receipt.memory'), size(cost.peakMemoryBytes)],
    [say('receipt.gpu'), size(cost.gpuMemoryBytes)],
    [say('receipt.read'), size(cost.readBytes)],
    [say('receipt.written'), size(cost.writtenBytes)],
    [say('receipt.agent'), durationText(cost.agentMs, say)],
  ]
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
}

/** What the kernel used over the time of the run, in sentences. */
export const factsOfUse = (use: RunUse, say: Say): readonly string[] =>
  Object.values(wordsOfUse(use, say)).filter((words) => words !== null)

/** Random generators whose state the run changed. */
export function movedGenerators({ random, before }: NonNullable<Receipt['state']>): readonly string[] {
  return Object.keys(random).filter((name) => name in before && random[name] !== before[name])
}

/** "gpu1, by SSH"; "node2, job 12 on HPC"; "this machine". */
export function hostText(host: RunHost | null, say: Say): string {
  if (host === null) return say('host.here')
  const { provider, name, job, node } = host
  if (job !== null)
    return node === null ? say('host.job', { job, name }) : say('host.node', { node, job, name })
  if (provider === 'ssh') return say('host.ssh', { name })
  return provider === 'jupyter' ? say('host.jupyter', { name }) : name
}

/** The name of the server's machine among hosts. */
const HERE = 'this machine'

/** What distinguishes a host from others: each job has another number. Undefined where it was not recorded. */
export function hostName(host: Receipt['host']): string | undefined {
  if (host === undefined) return undefined
  if (host === null) return HERE
  return host.node === null ? host.name : `${host.node} (${host.name})`
}

/** A name of a host in the reader's language. */
export const hostNameText = (name: string | null, say: Say): string =>
  name === HERE ? say('host.here') : (name ?? '—')
