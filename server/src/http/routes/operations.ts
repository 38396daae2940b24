/** Health, readiness and metrics, for the operator of the server. */
import { operationsApi } from '../../../contract/operations-api.ts'
import type { Store } from '../../store/ports.ts'
import type { Metrics } from '../metrics.ts'
import { json } from '../reply.ts'
import { on, type Route } from '../route.ts'

/** `isStopping`: the server no longer takes work. */
export function operationsRoutes(
  health: Pick<Store['health'], 'state'>,
  metrics: Metrics,
  isStopping: () => boolean,
): readonly Route[] {
  return [
    on(operationsApi.live, async () => json({ status: 'ok' })),
    on(operationsApi.ready, async () => {
      const reasons = [
        ...(isStopping() ? ['the server is stopping'] : []),
        ...(health.state.kind === 'sound' ? [] : [`the history is ${health.state.kind}`]),
      ]
      if (reasons.length === 0) return json({ status: 'ready', reasons })
      return { kind: 'json', status: 503, body: { status: 'not ready', reasons } }
    }),
    on(operationsApi.metrics, async () => ({
      kind: 'bytes',
      body: await metrics.text(),
      headers: { 'content-type': metrics.contentType, 'cache-control': 'no-store' },
    })),
  ]
}
