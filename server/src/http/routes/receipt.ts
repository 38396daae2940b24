/** Receipts by run. */
import { pastApi } from '../../../contract/past-api.ts'
import type { Receipt, RunPlace } from '../../../contract/run.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

type Index = Pick<RunIndex, 'resolve' | 'receipt' | 'notebook' | 'notebookOf'>

export function receiptRoutes(index: Index): readonly Route[] {
  return [
    on(pastApi.receipt, ({ params }) => found(index, params.run, async (receipt) => receipt)),
    on(pastApi.runPlace, ({ params }) => found(index, params.run, (receipt) => placeOf(index, receipt))),
  ]
}

/** Answers what is to be said of the run whose id begins so. */
async function found(
  index: Index,
  prefix: string,
  answer: (receipt: Receipt) => Promise<object>,
): Promise<Reply> {
  const resolution = await index.resolve(prefix)
  if (resolution.kind === 'ambiguous') return refuse(ambiguous(prefix, resolution.candidates))
  const receipt = resolution.kind === 'found' ? await index.receipt(resolution.run) : null
  if (receipt === null) return refuse({ code: 'missing', status: 404, message: `There is no run ${prefix}.` })
  return json(await answer(receipt))
}

/** A receipt has the path of then. */
async function placeOf(index: Index, { run, notebook }: Receipt): Promise<RunPlace> {
  const id = await index.notebookOf(run)
  const now = id === null ? null : await index.notebook(id)
  return { run, path: now?.path ?? notebook, document: now?.id ?? null }
}

function ambiguous(prefix: string, candidates: readonly string[]) {
  const message = `“${prefix}” begins the id of more than one run: ${candidates.slice(0, 5).join(', ')}.`
  return { code: 'ambiguous', status: 409, message, hint: 'Give more of its digits.' }
}
