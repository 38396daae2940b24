/** What the cells of an open notebook are expected to take. */
import { dirname, join } from 'node:path'
import type * as Y from 'yjs'
import { type Forecasts, predictionApi } from '../../../contract/prediction.ts'
import { readForm } from '../../document/document-form.ts'
import { codeCellsOf } from '../../lineage/code-cells.ts'
import { memoryNow } from '../../machines/host.ts'
import { forecastsOf } from '../../prediction/forecasts.ts'
import type { RunHistory } from '../../prediction/run-history.ts'
import type { Store } from '../../store/ports.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export interface ForecastParts {
  readonly root: string
  readonly learned: RunHistory
  readonly sessions: { readonly sessionOf: (documentId: string) => string | null }
  readonly index: Pick<Store['index'], 'sessions'>
  readonly live: (documentId: string) => { readonly path: string; readonly doc: Y.Doc } | null
}

export function forecastRoutes(parts: ForecastParts): readonly Route[] {
  const { root, learned, sessions, index, live } = parts
  return [
    on(predictionApi.forecasts, async ({ params: { document } }) => {
      const opened = live(document)
      if (opened === null) return refuse(notOpen)
      await learned.catchUp()
      const own = sessions.sessionOf(document)
      const session = own ?? (await index.sessions({ notebook: document, limit: 1 }))[0]?.session ?? null
      const place = { session, isAlive: own !== null, cwd: dirname(join(root, opened.path)) }
      const cells = await forecastsOf(learned, codeCellsOf(readForm(opened.doc)), place)
      const { memoryTotal, memoryUsed } = await memoryNow()
      const memoryFree = Math.max(0, memoryTotal - memoryUsed)
      return json({ cells: [...cells], learned: learned.count, memoryFree } satisfies Forecasts)
    }),
  ]
}

const notOpen = { code: 'missing', status: 404, message: 'This notebook is not open.' } as const
