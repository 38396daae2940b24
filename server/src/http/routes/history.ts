/** How it is with the history, and writing it again after its folder was removed. */
import { projectApi } from '../../../contract/project-api.ts'
import type { Store } from '../../store/ports.ts'
import { json } from '../reply.ts'
import { on, type Route } from '../route.ts'

export function historyRoutes({
  health,
  writeAgain,
}: Pick<Store, 'health' | 'writeAgain'>): readonly Route[] {
  return [
    on(projectApi.history, async () => json(health.state)),
    on(projectApi.writeHistoryAgain, async ({ person }) =>
      json(await writeAgain({ id: person.id, name: person.name })),
    ),
  ]
}
