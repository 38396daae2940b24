/** Sweeps of the notebook over its parameters, as a panel. */
import { FlaskConical } from '../../ui/icons.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Panel } from '../panel.ts'

export const sweepsPanel: Panel = {
  id: 'sweeps',
  title: 'sweeps.title',
  icon: FlaskConical,
  Content: lazyPart(async () => (await import('./SweepsPanel.tsx')).SweepsPanel),
  command: { label: 'command.sweeps' },
}
