/** Takes the results of runs in another program's kernel (contract/results.ts) into the open document. */
import { fileApi } from '../../../contract/file-api.ts'
import type { CellResult, PublishedResults } from '../../../contract/results.ts'
import type { Documents, Refusal } from '../../document/ports.ts'
import { isReplaced, placeKernel, placeResult } from '../../results/place-result.ts'
import type { Sessions, Visit } from '../../session/sessions.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { badRequest, on, type Route } from '../route.ts'

export interface ResultsParts {
  readonly sessions: Pick<Sessions, 'visit'>
  readonly documents: Pick<Documents, 'flushed'>
  readonly index: Pick<RunIndex, 'page' | 'summaries'>
}

export function resultRoutes(parts: ResultsParts): readonly Route[] {
  return [on(fileApi.publishResults, ({ params, body }) => takeResults(parts, params.document, body))]
}

async function takeResults(
  parts: ResultsParts,
  documentId: string,
  { results, kernel }: PublishedResults,
): Promise<Reply> {
  const problem = await unrecorded(parts.index, results)
  if (problem !== null) return refuse(badRequest(problem))
  const visit = await parts.sessions.visit(documentId)
  if (visit === null) return refuse(gone)
  try {
    const { document, session } = visit
    if (kernel !== undefined) placeKernel(document.doc, kernel)
    for (const result of results) await show(parts.index, visit, result)
    await parts.documents.flushed(document.id)
    for (const { recorded } of results) session.announce(recorded)
    return json({})
  } finally {
    visit.leave()
  }
}

/** Refuses a result whose run is not in the history, or belongs to another cell. */
async function unrecorded(
  index: ResultsParts['index'],
  results: readonly CellResult[],
): Promise<string | null> {
  const cells = new Map<string, string | null>()
  const runs = results.map(({ recorded }) => recorded.run)
  for (const { run, cellId } of await index.summaries(runs)) cells.set(run, cellId)
  const wrong = results.find(({ recorded: { run, cell } }) => cells.get(run) !== cell)
  return wrong === undefined
    ? null
    : `The history has no run ${wrong.recorded.run} of cell ${wrong.recorded.cell}.`
}

async function show(index: ResultsParts['index'], visit: Visit, result: CellResult): Promise<void> {
  const { session, document } = visit
  const { cell } = result.recorded
  if (session.isBusyWith(cell) || (await isReplaced(index, document.id, result.recorded))) return
  await session.leaveCell(cell)
  placeResult(document.doc, result)
}

const gone: Refusal = {
  code: 'gone',
  status: 410,
  message: 'This notebook was deleted or moved.',
  hint: 'Open it again.',
}
