/** What kernels and their machine use, as a panel. Its button shows the notebook's own kernel. */
import { Activity } from '../../ui/icons.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Panel } from '../panel.ts'
import { KernelGlance } from './KernelGlance.tsx'

export const machinesPanel: Panel = {
  id: 'machines',
  title: 'machines.title',
  icon: Activity,
  Glance: KernelGlance,
  Content: lazyPart(async () => (await import('./MachinesPanel.tsx')).MachinesPanel),
  command: { label: 'command.machines', keys: ['Shift-u'] },
}
