/** What stands around a run, and whether what it used is still the same. */
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type AroundSource, aroundOf } from '../../lineage/around.ts'
import type { UsedFiles } from '../../session/used-files.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { parse, type Route } from '../route.ts'

const AroundRequest = z.object({ hops: z.coerce.number().int().min(0).max(6).default(2) })

/** What is so now, to tell what has changed since a run. */
export interface Present {
  readonly root: string
  readonly files: UsedFiles
  /** The session of the notebook's living kernel; null where there is none. */
  readonly sessionOf: (notebook: string) => string | null
}

/** Whole run ids only: they come from the log and from receipts. */
export function aroundRoutes(
  index: AroundSource & Pick<RunIndex, 'summaries'>,
  present: Present,
): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/runs/:run/around',
      handle: async (call) => {
        const asked = parse(AroundRequest, call.query)
        return asked.ok ? around(index, present, String(call.params.run), asked.value.hops) : asked.reply
      },
    },
  ]
}

async function around(index: AroundSource, present: Present, run: string, hops: number): Promise<Reply> {
  const notebook = (await index.summaries([run]))[0]?.notebook ?? ''
  const cwd = dirname(join(present.root, notebook))
  const found = await aroundOf(index, {
    run,
    hops,
    session: present.sessionOf(notebook),
    files: (names) => present.files.look(names, cwd),
  })
  return found ? json(found) : refuse({ code: 'missing', status: 404, message: `There is no run ${run}.` })
}
