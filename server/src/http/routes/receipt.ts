/** Receipts by run. */
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import type { Route } from '../route.ts'

export function receiptRoutes(index: Pick<RunIndex, 'resolve' | 'receipt'>): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/runs/:run',
      handle: (call) => receipt(index, String(call.params.run)),
    },
  ]
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
