/** pure. A receipt as a person reads it in a terminal. */
import { durationText, sizeText } from '../../contract/amounts.ts'
import {
  costFacts,
  describeEdge,
  edgeName,
  factsOfUse,
  hostText,
  lacksContent,
  movedGenerators,
  programEnd,
  setBy,
  workerFacts,
  workersNote,
} from '../../contract/receipt-words.ts'
import type { Edge, OutputEntry, Receipt } from '../../contract/run.ts'
import type { Say } from '../../contract/words.ts'
import { type Worker, workersOf } from '../../contract/workers.ts'
import { localTime, plain, shortId } from './text.ts'

/** The lines, in the order of the questions: what, when, what ran, from what, with which result, what is not known. */
export function receiptLines(receipt: Receipt, say: Say): readonly string[] {
  const { run, used, generated, outputs, cost, use, notCaptured } = receipt
  return [
    ...headLines(receipt, say),
    ...section(say('receipt.code'), receipt.source.split(/\r?\n/).map(plain)),
    ...section(say('receipt.used'), edgeLines(used, run, say)),
    ...section(say('receipt.generated'), edgeLines(generated, run, say)),
    ...section(
      say('receipt.workers'),
      used.flatMap(workersOf).flatMap((worker) => workerLines(worker, say)),
    ),
    ...section(
      say('receipt.outputs'),
      outputs.map((output) => outputLine(output, say)),
    ),
    ...section(say('receipt.environment'), environmentLines(receipt, say)),
    ...section(say('receipt.state'), stateLines(receipt, say)),
    ...section(say('receipt.cost'), cost === null ? [] : costFacts(cost, say).map(named)),
    ...section(say('use.title'), use === undefined ? [] : factsOfUse(use, say)),
    ...section(
      say('receipt.notCaptured'),
      notCaptured.map(({ what, why }) => [what, why] as const).map(named),
    ),
  ]
}

const named = ([name, value]: readonly [string, string]): string => plain(`${name}: ${value}`)

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`.trimEnd())]
}

function headLines(receipt: Receipt, say: Say): readonly string[] {
  const { run, notebook, cell, cellId, actor, session, order, durationMs } = receipt
  const place = cell === null ? notebook : say('receipt.place', { notebook, cell })
  const outcome = outcomeOf(receipt, say)
  return [
    say('receipt.run', { run }),
    `${place}${cellId === null ? '' : ` (${cellId})`}`,
    say('receipt.took', { outcome, duration: durationText(durationMs, say) }),
    say('receipt.asked', { actor: actor.name, id: actor.id, order, session: shortId(session) }),
    timesOf(receipt, say),
  ].map(plain)
}

function timesOf({ queued, started, ended }: Receipt, say: Say): string {
  const times = { queued: localTime(queued), ended: localTime(ended) }
  return started === null
    ? say('receipt.timesNone', times)
    : say('receipt.times', { ...times, started: localTime(started) })
}

function outcomeOf({ outcome, error, death }: Receipt, say: Say): string {
  const reason = error === null ? death : `${error.ename}: ${error.evalue}`
  const words = say(`outcome.${outcome}`)
  return reason === null ? words : `${words} (${reason})`
}

/** By kind, in the order in which kinds first come. */
function edgeLines(edges: readonly Edge[], run: string, say: Say): readonly string[] {
  return [...Map.groupBy(edges, ({ kind }) => kind)].flatMap(([kind, ofKind]) => [
    say(`kind.${kind}`),
    ...ofKind.map((edge) => `  ${edgeLine(edge, run, say)}`),
  ])
}

function edgeLine(edge: Edge, run: string, say: Say): string {
  const what = describeEdge(edge, say)
  const setter = setBy(edge, say)
  const parts = [
    setter === null ? edgeName(edge) : `${edgeName(edge)} = ${edge.preview ?? '?'}`,
    setter,
    what === '' ? null : what,
    edge.size === null ? null : sizeText(edge.size, say.locale),
    edge.deleted ? say('receipt.deleted') : null,
    edge.by === null || edge.by === run ? null : say('receipt.madeBy', { run: shortId(edge.by) }),
    edge.edge === 'observed'
      ? null
      : `${say(`edge.${edge.edge}`)}${edge.reason === null ? '' : `: ${edge.reason}`}`,
    programEnd(edge, say)?.words ?? null,
    workersNote(edge, say),
    lacksContent(edge) ? say('receipt.noDigest') : null,
    edge.query === null ? null : edge.query.replaceAll(/\s+/g, ' '),
  ]
  return plain(parts.filter((part) => part !== null).join(', '))
}

function workerLines(worker: Worker, say: Say): readonly string[] {
  const { name, error } = worker
  const head = [
    say('worker.one', { worker: worker.worker }),
    ...(name === undefined ? [] : [name]),
    ...workerFacts(worker, say),
    ...(error === undefined ? [] : [`${error.ename}: ${error.evalue}`]),
  ]
  const trace = error === undefined ? [] : error.traceback.trimEnd().split('\n')
  return [plain(head.join(', ')), ...trace.map((line) => `  ${plain(line)}`)]
}

function outputLine({ outputType, name, mime, size: bytes, digest }: OutputEntry, say: Say): string {
  return plain(`${name ?? outputType}, ${mime}, ${sizeText(bytes, say.locale)}, ${digest}`)
}

function environmentLines({ environment, host }: Receipt, say: Say): readonly string[] {
  const facets =
    environment === null ? [] : [environment.digest, ...Object.entries(environment.facets).map(facetLine)]
  return host ? [named([say('host.title'), hostText(host, say)]), ...facets] : facets
}

/** One line for each facet, cut; `--json` shows facets in full. */
function facetLine([name, facet]: readonly [string, unknown]): string {
  const text = typeof facet === 'string' ? facet : JSON.stringify(facet)
  return plain(`${name}: ${text.length > 100 ? `${text.slice(0, 99)}…` : text}`)
}

function stateLines({ state }: Receipt, say: Say): readonly string[] {
  if (state === null) return []
  const moved = movedGenerators(state)
  return [
    named([say('receipt.cwd'), state.cwd]),
    ...(moved.length === 0 ? [] : [plain(say('receipt.moved', { names: moved.join(', ') }))]),
  ]
}
