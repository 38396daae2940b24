/** Reading the past: pages of the log, and receipts. */
import { z } from 'zod'
import { CellId, ProjectPath, SessionId } from '../../../contract/ids.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { parse, type Route } from '../route.ts'

const PageRequest = z.object({
  notebook: ProjectPath.optional(),
  cell: CellId.optional(),
  session: SessionId.optional(),
  before: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
})

export function logRoutes(index: Pick<RunIndex, 'page' | 'resolve' | 'receipt'>): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/log',
      handle: async (call) => {
        const parsed = parse(PageRequest, call.query)
        if (!parsed.ok) return parsed.reply
        const { cell, ...rest } = parsed.value
        return json(await index.page(defined({ ...rest, cellId: cell })))
      },
    },
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

/** Drops keys that are undefined: absent and undefined differ for exact optional properties. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
