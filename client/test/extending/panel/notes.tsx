/** A panel, as docs/extending/panel.md has it. */
import { Pencil } from '../../../src/app/icons.ts'
import { PanelHead } from '../../../src/panels/PanelHead.tsx'
import type { Panel } from '../../../src/panels/panel.ts'
import { t } from '../../../src/text/text.ts'

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
