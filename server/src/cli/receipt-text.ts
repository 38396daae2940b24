/** pure. A receipt as a person reads it in a terminal. */
import { type Edge, type OutputEntry, partOf, programOf, type Receipt, shapeOf } from '../../contract/run.ts'
import { ranksOf, touchedBy, type Worker, workersOf, workingOf } from '../../contract/workers.ts'
import { duration, localTime, plain, shortId, size } from './text.ts'

/** The lines, in the order of the questions: what, when, what ran, from what, with which result, what is not known. */
export function receiptLines(receipt: Receipt): readonly string[] {
  return [
    ...headLines(receipt),
    ...section('Code', receipt.source.split(/\r?\n/).map(plain)),
    ...section(
      'Used',
      receipt.used.map((edge) => edgeLine(edge, receipt.run)),
    ),
    ...section(
      'Generated',
      receipt.generated.map((edge) => edgeLine(edge, receipt.run)),
    ),
    ...section('Workers', receipt.used.flatMap(workersOf).flatMap(workerLines)),
    ...section('Outputs', receipt.outputs.map(outputLine)),
    ...section('Environment', environmentLines(receipt)),
    ...section('Cost', costLines(receipt)),
    ...section(
      'Not captured',
      receipt.notCaptured.map(({ what, why }) => plain(`${what}: ${why}`)),
    ),
  ]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`.trimEnd())]
}

function headLines(receipt: Receipt): readonly string[] {
  const { run, notebook, cell, cellId, actor, session, order, queued, started, ended, durationMs } = receipt
  const place = cell === null ? '' : `, cell ${cell}`
  return [
    `run ${run}`,
    `${notebook}${place}${cellId === null ? '' : ` (${cellId})`}`,
    `${outcomeOf(receipt)} after ${duration(durationMs)}`,
    `asked by ${actor.name} (${actor.id}), number ${order} of session ${shortId(session)}`,
    `queued ${localTime(queued)}, ${started === null ? 'never started' : `started ${localTime(started)}`}, ended ${localTime(ended)}`,
  ].map(plain)
}

function outcomeOf({ outcome, error, death }: Receipt): string {
  if (error !== null) return `${outcome}: ${error.ename}: ${error.evalue},`
  return death === null ? outcome : `${outcome}: ${death},`
}

function edgeLine(edge: Edge, run: string): string {
  const part = partOf(edge)
  const parts = [
    `${edge.kind} ${edge.name}`,
    part === null ? null : `part ${part}`,
    edge.type,
    shapeOf(edge),
    edge.size === null ? null : size(edge.size),
    edge.deleted ? 'deleted' : null,
    edge.by === null || edge.by === run ? null : `made by ${shortId(edge.by)}`,
    edge.edge === 'observed' ? null : `${edge.edge}${edge.reason === null ? '' : `: ${edge.reason}`}`,
    programLine(edge),
    workersLine(edge),
    edge.digest === null && !WITHOUT_CONTENT.has(edge.kind) ? 'content not captured' : null,
    edge.query === null ? null : `by ${edge.query.replaceAll(/\s+/g, ' ')}`,
  ]
  return plain(parts.filter((part) => part !== null).join(', '))
}

const WITHOUT_CONTENT: ReadonlySet<Edge['kind']> = new Set(['table', 'subprocess'])

function programLine(edge: Edge): string | null {
  const program = programOf(edge)
  if (program === null || program.kind === 'process') return null
  return program.exitCode === null ? 'exit code not seen' : `exit code ${program.exitCode}`
}

/** "4 workers, ranks 0–3" for what started them; "by workers 1, 2" for what they touched. */
function workersLine(edge: Edge): string | null {
  const touched = touchedBy(edge)
  if (touched.length > 0) return `by worker${touched.length === 1 ? '' : 's'} ${touched.join(', ')}`
  const workers = workingOf(workersOf(edge))
  if (workers.length === 0) return null
  const ranks = ranksOf(workers)
  const count = `${workers.length} worker${workers.length === 1 ? '' : 's'}`
  return ranks === null ? count : `${count}, rank${workers.length === 1 ? '' : 's'} ${ranks}`
}

const ENDED = { exited: 'ended', running: 'went on', lost: 'was killed or ended at once' } as const

function workerLines({
  worker,
  name,
  rank,
  ended,
  exitCode,
  error,
  read,
  written,
}: Worker): readonly string[] {
  const head = [
    `worker ${worker}`,
    name ?? null,
    rank === undefined ? null : `rank ${rank}`,
    `${read} read, ${written} written`,
    exitCode === undefined ? ENDED[ended] : `exit code ${exitCode}`,
    error === undefined ? null : `${error.ename}: ${error.evalue}`,
  ]
  const trace = error === undefined ? [] : error.traceback.trimEnd().split('\n')
  return [plain(head.filter((part) => part !== null).join(', ')), ...trace.map((line) => `  ${plain(line)}`)]
}

function outputLine({ outputType, name, mime, size: bytes, digest }: OutputEntry): string {
  return plain(`${name ?? outputType}, ${mime}, ${size(bytes)}, ${digest}`)
}

function environmentLines({ environment, state }: Receipt): readonly string[] {
  const lines =
    environment === null ? [] : [environment.digest, ...Object.entries(environment.facets).map(facetLine)]
  return state === null ? lines : [...lines, plain(`in ${state.cwd}`)]
}

/** One line for each facet, cut; `--json` shows facets in full. */
function facetLine([name, facet]: readonly [string, unknown]): string {
  const text = typeof facet === 'string' ? facet : JSON.stringify(facet)
  return plain(`${name}: ${text.length > 100 ? `${text.slice(0, 99)}…` : text}`)
}

function costLines({ cost }: Receipt): readonly string[] {
  if (cost === null) return []
  const bytes: readonly (readonly [string, number | null])[] = [
    ['memory at its peak', cost.peakMemoryBytes],
    ['GPU memory', cost.gpuMemoryBytes],
    ['read', cost.readBytes],
    ['written', cost.writtenBytes],
  ]
  return [
    `${duration(cost.wallMs)} of time, ${duration(cost.cpuMs)} of processor, and ${duration(cost.agentMs)} for recording`,
    ...bytes.flatMap(([what, count]) => (count === null ? [] : [`${what}: ${size(count)}`])),
  ]
}
