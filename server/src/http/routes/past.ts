/** The past beyond the plain log, as `contract/past.ts` tells it. Every answer is bounded, and paged where it may be long. */
import { z } from 'zod'
import { LogFilter } from '../../../contract/past.ts'
import { parseComparisons } from '../../lineage/comparisons.ts'
import type { ReadObject } from '../../lineage/diff-outputs.ts'
import { neighbourhoodOf } from '../../lineage/graph.ts'
import { differenceOf, loadRun, type NoSide, sideOf } from '../../lineage/named-side.ts'
import { runTable } from '../../lineage/run-table.ts'
import { sliceOf, targetOf } from '../../lineage/slice.ts'
import { sliceNotebook, sliceScript } from '../../lineage/slice-code.ts'
import { type FileState, whyOf } from '../../lineage/why.ts'
import type { LogQuery, RunIndex } from '../../store/ports.ts'
import { attachment, json, type Reply, refuse } from '../reply.ts'
import { badRequest, type Call, type Parsed, parse, type Route } from '../route.ts'

export interface PastParts {
  readonly index: Omit<RunIndex, 'rebuild'>
  readonly read: ReadObject
  readonly fileState: FileState
}

export function pastRoutes(parts: PastParts): readonly Route[] {
  const get = (path: string, handle: (parts: PastParts, call: Call) => Promise<Reply>): Route => ({
    method: 'get',
    path,
    handle: (call) => handle(parts, call),
  })
  return [
    get('/api/log', log),
    get('/api/past/table', table),
    get('/api/past/why/:run', why),
    get('/api/past/graph/:run', graph),
    get('/api/past/slice/:run', slice),
    get('/api/past/timeline/:session', timeline),
    get('/api/past/moment/:session/:order', moment),
    get('/api/past/history', history),
    get('/api/past/sessions', sessions),
    get('/api/past/diff', diff),
  ]
}

/** The filters of an address as a query. */
function queryOf(call: Call): Parsed<LogQuery> {
  const parsed = parse(LogFilter, call.query)
  if (!parsed.ok) return parsed
  const { cell, where, replays, ...rest } = parsed.value
  const comparisons = parseComparisons(where ?? '')
  if (!comparisons.ok)
    return {
      ok: false,
      reply: refuse(badRequest(`“${comparisons.word}” is no comparison, such as lr<0.01.`)),
    }
  return {
    ok: true,
    value: {
      ...defined(rest),
      ...(replays === undefined ? {} : { replays: true }),
      ...(cell === undefined ? {} : { cellId: cell }),
      ...(comparisons.comparisons.length === 0 ? {} : { where: comparisons.comparisons }),
    },
  }
}

async function log({ index }: PastParts, call: Call): Promise<Reply> {
  const query = queryOf(call)
  return query.ok ? json(await index.page(query.value)) : query.reply
}

async function table({ index }: PastParts, call: Call): Promise<Reply> {
  const query = queryOf(call)
  if (!query.ok) return query.reply
  const page = await index.page(query.value)
  return json(runTable(page, await index.numbers(page.runs.map(({ run }) => run))))
}

const WhyQuery = z.object({
  output: z.coerce.number().int().min(0).max(100_000).optional(),
  name: z.string().max(4096).optional(),
})

async function why({ index, fileState }: PastParts, call: Call): Promise<Reply> {
  const query = parse(WhyQuery, call.query)
  if (!query.ok) return query.reply
  const run = await wholeRun(index, call)
  if (!run.ok) return run.reply
  const receipt = await index.receipt(run.value)
  if (receipt === null) return refuse(notEnded(run.value))
  const { output = null, name = null } = query.value
  return json(await whyOf(index, fileState, { receipt, output, name }))
}

const GraphQuery = z.object({
  name: z.string().max(4096).optional(),
  hops: z.coerce.number().int().min(0).max(10).default(2),
  width: z.coerce.number().int().min(1).max(200).default(30),
})

async function graph({ index }: PastParts, call: Call): Promise<Reply> {
  const query = parse(GraphQuery, call.query)
  if (!query.ok) return query.reply
  const run = await wholeRun(index, call)
  if (!run.ok) return run.reply
  const { name = null, hops, width } = query.value
  const found = await neighbourhoodOf(index, { run: run.value, name, hops, width })
  return found === null ? refuse(notEnded(run.value)) : json(found)
}

const SliceQuery = z.object({
  name: z.string().max(4096).optional(),
  as: z.enum(['ids', 'script', 'notebook']).default('ids'),
})

async function slice({ index }: PastParts, call: Call): Promise<Reply> {
  const query = parse(SliceQuery, call.query)
  if (!query.ok) return query.reply
  const run = await wholeRun(index, call)
  if (!run.ok) return run.reply
  const links = await index.links(run.value)
  if (links === null) return refuse(notEnded(run.value))
  const { name, as } = query.value
  const target = name === undefined ? null : await targetOf(index, links, name)
  if (target !== null && target.kind !== 'runs')
    return refuse(missing(`Run ${run.value} has no “${name}” that a recorded run made.`))
  const runs = await sliceOf(index, target ?? { runs: [run.value] })
  return as === 'ids' ? sliceList(index, runs) : sliceFile(index, runs, as)
}

async function sliceList(index: PastParts['index'], runs: readonly string[]): Promise<Reply> {
  const names = new Map((await index.runNames(runs)).map((name) => [name.run, name]))
  return json({ runs: runs.flatMap((run) => names.get(run) ?? []) })
}

async function sliceFile(
  index: PastParts['index'],
  runs: readonly string[],
  as: 'script' | 'notebook',
): Promise<Reply> {
  const sides = await Promise.all(runs.map((run) => loadRun(index, run)))
  const known = sides.filter((side) => side !== null)
  const isScript = as === 'script'
  return {
    kind: 'bytes',
    body: isScript ? sliceScript(known) : sliceNotebook(known),
    headers: {
      ...attachment(isScript ? 'slice.py' : 'slice.ipynb'),
      'content-type': isScript ? 'text/plain; charset=utf-8' : 'application/x-ipynb+json',
    },
  }
}

const TimelineQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(5000).default(5000),
})

async function timeline({ index }: PastParts, call: Call): Promise<Reply> {
  const query = parse(TimelineQuery, call.query)
  if (!query.ok) return query.reply
  const session = await wholeSession(index, call)
  if (!session.ok) return session.reply
  const found = await index.timeline(session.value, query.value.after, query.value.limit)
  return found === null ? refuse(missing(`There is no session ${session.value}.`)) : json(found)
}

async function moment({ index }: PastParts, call: Call): Promise<Reply> {
  const order = parse(z.coerce.number().int().min(0), call.params.order)
  if (!order.ok) return order.reply
  const session = await wholeSession(index, call)
  if (!session.ok) return session.reply
  const found = await index.moment(session.value, order.value)
  return found === null ? refuse(missing(`There is no session ${session.value}.`)) : json(found)
}

const HistoryRequest = LogFilter.pick({ kind: true, notebook: true, before: true, limit: true }).extend({
  name: z.string().min(1).max(4096),
})

async function history({ index }: PastParts, call: Call): Promise<Reply> {
  const query = parse(HistoryRequest, call.query)
  return query.ok
    ? json(await index.history({ ...defined(query.value), name: query.value.name }))
    : query.reply
}

async function sessions({ index }: PastParts, call: Call): Promise<Reply> {
  const query = parse(LogFilter.pick({ notebook: true, limit: true }), call.query)
  return query.ok ? json(await index.sessions(defined(query.value))) : query.reply
}

const DiffQuery = z.object({ a: z.string().min(1).max(4096), b: z.string().min(1).max(4096) })

async function diff({ index, read }: PastParts, call: Call): Promise<Reply> {
  const query = parse(DiffQuery, call.query)
  if (!query.ok) return query.reply
  const a = await sideOf(index, read, query.value.a)
  const b = await sideOf(index, read, query.value.b)
  if (a.kind === 'none') return refuse(noSide(a))
  if (b.kind === 'none') return refuse(noSide(b))
  const found = await differenceOf(a, b, read)
  return found === null
    ? refuse(badRequest('A run can be held against a run, and a session against a session.'))
    : json(found)
}

async function wholeRun(index: Pick<RunIndex, 'resolve'>, call: Call): Promise<Parsed<string>> {
  const prefix = String(call.params.run)
  const found = await index.resolve(prefix)
  if (found.kind === 'found') return { ok: true, value: found.run }
  const refusal =
    found.kind === 'ambiguous' ? ambiguous(prefix, found.candidates) : missing(`There is no run ${prefix}.`)
  return { ok: false, reply: refuse(refusal) }
}

async function wholeSession(index: Pick<RunIndex, 'resolveSession'>, call: Call): Promise<Parsed<string>> {
  const prefix = String(call.params.session)
  const [session, ...others] = await index.resolveSession(prefix)
  if (session !== undefined && others.length === 0) return { ok: true, value: session }
  const refusal =
    session === undefined
      ? missing(`There is no session ${prefix}.`)
      : ambiguous(prefix, [session, ...others])
  return { ok: false, reply: refuse(refusal) }
}

const missing = (message: string) => ({ code: 'missing', status: 404, message })

const notEnded = (run: string) => ({
  code: 'notEnded',
  status: 409,
  message: `Run ${run} has not ended.`,
  hint: 'Ask again when it has.',
})

function ambiguous(prefix: string, candidates: readonly string[]) {
  const message = `“${prefix}” begins more than one id: ${candidates.slice(0, 5).join(', ')}.`
  return { code: 'ambiguous', status: 409, message, hint: 'Give more of its digits.' }
}

const noSide = ({ code, message }: NoSide) => ({ code, status: code === 'missing' ? 404 : 409, message })

/** Drops keys that are undefined: absent and undefined differ for exact optional properties. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
