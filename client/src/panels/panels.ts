/** Every panel, in the order of their buttons. A new panel is one line here (docs/extending/panel.md). */
import { comments } from './comments/panel.ts'
import { machinesPanel } from './machines/panel.ts'
import type { Panel } from './panel.ts'
import { history } from './past/panel.ts'
import { sweepsPanel } from './sweeps/panel.ts'
import { variables } from './variables/panel.ts'

export const PANELS: readonly Panel[] = [history, variables, comments, machinesPanel, sweepsPanel]
