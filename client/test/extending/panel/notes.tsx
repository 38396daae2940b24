/** A panel, as docs/extending/panel.md has it. */

import { PanelHead } from '../../../src/panels/PanelHead.tsx'
import type { Panel } from '../../../src/panels/panel.ts'
import { t } from '../../../src/text/text.ts'
import { Pencil } from '../../../src/ui/icons.ts'

const Notes = () => (
  <>
    <PanelHead title={t('outline.contents')} />
    <textarea aria-label="notes" />
  </>
)

export const notes: Panel = {
  id: 'notes',
  title: 'outline.contents',
  icon: Pencil,
  Content: Notes,
  command: { label: 'outline.contents', keys: ['n'] },
}
