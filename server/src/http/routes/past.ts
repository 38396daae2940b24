/** The past beyond the plain log, as `contract/past.ts` defines it. Every answer is bounded, and paged where it may be long. */
import type { z } from 'zod'
import type { LogFilter, Why } from '../../../contract/past.ts'
import { pastApi } from '../../../contract/past-api.ts'
import { parseComparisons } from '../../lineage/comparisons.ts'
import type { ReadObject } from '../../lineage/diff-outputs.ts'
import { differenceOf, loadRun, type NoSide, type NotebookNow, sideOf } from '../../lineage/named-side.ts'
import { notebookLine } from '../../lineage/notebook-line.ts'
import { runTable } from '../../lineage/run-table.ts'
import { sliceOf, targetOf } from '../../lineage/slice.ts'
import { sliceNotebook, sliceScript } from '../../lineage/slice-code.ts'
import { type FileState, whyOf } from '../../lineage/why.ts'
import type { LogQuery, RunIndex } from '../../store/ports.ts'
import { attachment, json, type Reply, refuse } from '../reply.ts'
import { badRequest, on, type Parsed, type Route } from '../route.ts'
import type { Scope } from '../scope.ts'

export interface PastParts {
  readonly index: Omit<RunIndex, 'rebuild'>
  readonly read: ReadObject
  readonly fileState: FileState
  readonly notebookNow: NotebookNow
}

export function pastRoutes(parts: PastParts): readonly Route[] {
  return [
    on(pastApi.log, ({ query }) => log(parts, query)),
    on(pastApi.table, ({ query, scope }) => table(parts, query, scope)),
    on(pastApi.why, ({ params, query, scope }) => why(parts, params.run, query, scope)),
    on(pastApi.slice, ({ params, query, scope }) => slice(parts, params.run, query, scope)),
    on(pastApi.timeline, ({ params, query }) => timeline(parts, params.session, query)),
    on(pastApi.moment, ({ params }) => moment(parts, params.session, params.order)),
    on(pastApi.history, async ({ query: { name, ...rest } }) =>
      json(await parts.index.history({ ...defined(rest), name })),
    ),
    on(pastApi.notebook, ({ query }) => notebook(parts, query.notebook)),
    on(pastApi.sessions, async ({ query: { replays, ...rest } }) =>
      json(await parts.index.sessions({ ...defined(rest), replays: replays === '1' })),
    ),
    on(pastApi.diff, ({ query }) => diff(parts, query.a, query.b)),
  ]
}

/** The query of a route, parsed. */
type QueryOf<Name extends keyof typeof pastApi> = z.output<(typeof pastApi)[Name]['query']>

/** The filters of an address as a query. */
function queryOf({ cell, where, replays, ...rest }: LogFilter): Parsed<LogQuery> {
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

async function log({ index }: PastParts, filter: LogFilter): Promise<Reply> {
  const query = queryOf(filter)
  return query.ok ? json(await index.page(query.value)) : query.reply
}

async function table({ index }: PastParts, filter: LogFilter, scope: Seeing): Promise<Reply> {
  const query = queryOf(filter)
  if (!query.ok) return query.reply
  const { runs, next } = await index.page(query.value)
  const page = { runs: await seen(runs, ({ run }) => run, scope), next }
  return json(runTable(page, await index.numbers(page.runs.map(({ run }) => run))))
}

async function why(
  { index, fileState }: PastParts,
  prefix: string,
  { output, name }: QueryOf<'why'>,
  scope: Seeing,
): Promise<Reply> {
  const run = await wholeRun(index, prefix)
  if (!run.ok) return run.reply
  const receipt = await index.receipt(run.value)
  if (receipt === null) return refuse(notEnded(run.value))
  const found = await whyOf(index, fileState, { receipt, output: output ?? null, name: name ?? null })
  return json(await withoutHidden(found, scope))
}

/** What a handler asks where its answer says more than the answer's fields. */
type Seeing = Pick<Scope, 'seesRun'> | null

async function seen<T>(all: readonly T[], runOf: (one: T) => string, scope: Seeing): Promise<T[]> {
  const shown = await Promise.all(all.map((one) => scope?.seesRun(runOf(one)) ?? true))
  return all.filter((_, place) => shown[place])
}

/** The words of a receipt name the notebooks of other runs. */
async function withoutHidden(found: Why, scope: Seeing): Promise<Why> {
  const makers = [
    ...found.inputs.flatMap(({ by, changedBy }) => [by, changedBy].filter((run) => run !== null)),
    ...found.roots.flatMap(({ by, through }) => [by, ...through]),
  ]
  const shown = new Set(await seen(makers, ({ run }) => run, scope))
  const hidden = makers.filter((run) => !shown.has(run)).map(({ notebook: path }) => path)
  const masked = (text: string): string =>
    hidden.reduce((words, path) => words.replaceAll(path, 'another notebook'), text)
  const inputs = found.inputs.map((input) => ({ ...input, words: masked(input.words) }))
  const roots = await seen(found.roots, ({ by }) => by.run, scope)
  return { ...found, headline: masked(found.headline), lines: found.lines.map(masked), inputs, roots }
}

async function slice(
  { index }: PastParts,
  prefix: string,
  { name, as }: QueryOf<'slice'>,
  scope: Seeing,
): Promise<Reply> {
  const run = await wholeRun(index, prefix)
  if (!run.ok) return run.reply
  const links = await index.links(run.value)
  if (links === null) return refuse(notEnded(run.value))
  const target = name === undefined ? null : await targetOf(index, links, name)
  if (target !== null && target.kind !== 'runs')
    return refuse(missing(`Run ${run.value} has no “${name}” that a recorded run made.`))
  const runs = await seen(await sliceOf(index, target ?? { runs: [run.value] }), (one) => one, scope)
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

async function timeline(
  { index }: PastParts,
  prefix: string,
  { after, limit }: QueryOf<'timeline'>,
): Promise<Reply> {
  const session = await wholeSession(index, prefix)
  if (!session.ok) return session.reply
  const found = await index.timeline(session.value, after, limit)
  return found === null ? refuse(missing(`There is no session ${session.value}.`)) : json(found)
}

async function moment({ index }: PastParts, prefix: string, order: number): Promise<Reply> {
  const session = await wholeSession(index, prefix)
  if (!session.ok) return session.reply
  const found = await index.moment(session.value, order)
  return found === null ? refuse(missing(`There is no session ${session.value}.`)) : json(found)
}

async function notebook({ index }: PastParts, path: string): Promise<Reply> {
  const line = await notebookLine(index, path)
  return line === null ? refuse(missing(`The history knows no notebook “${path}”.`)) : json(line)
}

async function diff(
  { index, read, notebookNow }: PastParts,
  nameOfA: string,
  nameOfB: string,
): Promise<Reply> {
  const a = await sideOf(index, read, nameOfA, notebookNow)
  const b = await sideOf(index, read, nameOfB, notebookNow)
  if (a.kind === 'none') return refuse(noSide(a))
  if (b.kind === 'none') return refuse(noSide(b))
  const found = await differenceOf(a, b, read)
  return found === null
    ? refuse(badRequest('A run is compared with a run, and a session with a session.'))
    : json(found)
}

async function wholeRun(index: Pick<RunIndex, 'resolve'>, prefix: string): Promise<Parsed<string>> {
  const found = await index.resolve(prefix)
  if (found.kind === 'found') return { ok: true, value: found.run }
  const refusal =
    found.kind === 'ambiguous' ? ambiguous(prefix, found.candidates) : missing(`There is no run ${prefix}.`)
  return { ok: false, reply: refuse(refusal) }
}

async function wholeSession(
  index: Pick<RunIndex, 'resolveSession'>,
  prefix: string,
): Promise<Parsed<string>> {
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
