/** The surroundings of a run, and whether its inputs are still the same. */
import { dirname, join } from 'node:path'
import { pastApi } from '../../../contract/past-api.ts'
import { type AroundSource, aroundOf } from '../../lineage/around.ts'
import { furtherUp, type RootsSource } from '../../lineage/roots.ts'
import type { UsedFiles } from '../../lineage/used-files.ts'
import type { FileState } from '../../lineage/why.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

/** The present state, to find what has changed since a run. */
export interface Present {
  readonly root: string
  readonly files: UsedFiles
  readonly fileState: FileState
  /** The session of the kernel of this notebook, by its id; null where none is alive. */
  readonly sessionOf: (notebookId: string) => string | null
}

type Source = AroundSource & RootsSource & Pick<RunIndex, 'summaries' | 'notebookOf'>

/** Whole run ids only: they come from the log and from receipts. */
export function aroundRoutes(index: Source, present: Present): readonly Route[] {
  return [on(pastApi.around, ({ params, query }) => around(index, present, params.run, query.hops))]
}

async function around(index: Source, present: Present, run: string, hops: number): Promise<Reply> {
  const notebook = (await index.summaries([run]))[0]?.notebook ?? ''
  const cwd = dirname(join(present.root, notebook))
  const found = await aroundOf(index, {
    run,
    hops,
    session: present.sessionOf((await index.notebookOf(run)) ?? ''),
    files: (names) => present.files.look(names, cwd),
    roots: () => furtherUp(index, present.fileState, run),
  })
  return found ? json(found) : refuse({ code: 'missing', status: 404, message: `There is no run ${run}.` })
}
