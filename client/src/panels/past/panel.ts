/** The past of the notebook, as a panel. */
import { History } from '../../ui/icons.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Panel } from '../panel.ts'

export const history: Panel = {
  id: 'history',
  title: 'history.title',
  icon: History,
  Content: lazyPart(async () => (await import('./HistoryPanel.tsx')).HistoryPanel),
  command: { label: 'command.history' },
}
