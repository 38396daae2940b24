/** The variables of the kernel, as a panel. */

import { Variable } from '../../ui/icons.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Panel } from '../panel.ts'

export const variables: Panel = {
  id: 'variables',
  title: 'variables.title',
  icon: Variable,
  Content: lazyPart(async () => (await import('./VariablesPanel.tsx')).VariablesPanel),
  command: { label: 'command.variables', keys: ['Shift-v'] },
}
