/** The button of a panel in the toolbar. */
import { useSyncExternalStore } from 'react'
import type { OpenPanel } from '../access/open-panel.ts'
import { t } from '../text/text.ts'
import type { Panel } from './panel.ts'

export function PanelButton({ panel, open }: { readonly panel: Panel; readonly open: OpenPanel }) {
  const id = useSyncExternalStore(open.subscribe, open.get)
  const { icon: Icon, Glance } = panel
  return (
    <button
      type="button"
      className="button button-small panel-button"
      title={t(panel.command.label)}
      aria-expanded={id === panel.id}
      onClick={() => open.toggle(panel.id)}
    >
      <Icon size={15} aria-hidden="true" />
      <span className="panel-name">{t(panel.title)}</span>
      {Glance !== undefined && <Glance />}
    </button>
  )
}
