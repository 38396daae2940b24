/** Receipts by run. */
import { pastApi } from '../../../contract/past-api.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export function receiptRoutes(index: Pick<RunIndex, 'resolve' | 'receipt'>): readonly Route[] {
  return [on(pastApi.receipt, ({ params }) => receipt(index, params.run))]
}

async function receipt(index: Pick<RunIndex, 'resolve' | 'receipt'>, prefix: string): Promise<Reply> {
  const resolution = await index.resolve(prefix)
  if (resolution.kind === 'ambiguous') return refuse(ambiguous(prefix, resolution.candidates))
  const found = resolution.kind === 'found' ? await index.receipt(resolution.run) : null
  return found ? json(found) : refuse({ code: 'missing', status: 404, message: `There is no run ${prefix}.` })
}

function ambiguous(prefix: string, candidates: readonly string[]) {
  const message = `“${prefix}” begins the id of more than one run: ${candidates.slice(0, 5).join(', ')}.`
  return { code: 'ambiguous', status: 409, message, hint: 'Give more of its digits.' }
}
