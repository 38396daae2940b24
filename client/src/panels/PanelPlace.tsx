/**
 * The place of the open panel beside the cells. Invariants: the focus moves into a panel that opens; Escape and its
 * button close it; closing gives the focus back to where it was, unless it is elsewhere by then.
 */
import './panels.css'
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import type { OpenPanel } from '../access/open-panel.ts'
import { t } from '../text/text.ts'
import { useFocusBack } from '../ui/useFocusBack.ts'
import { ClosePanel } from './close-panel.ts'
import { PanelWidth } from './PanelWidth.tsx'
import type { Panel } from './panel.ts'
import { PANELS } from './panels.ts'
import { layOut } from './width.ts'

export function PanelPlace({ open }: { readonly open: OpenPanel }) {
  const id = useSyncExternalStore(open.subscribe, open.get)
  const panel = PANELS.find((one) => one.id === id)
  return panel === undefined ? null : <OpenedPanel key={panel.id} panel={panel} onClose={open.close} />
}

function OpenedPanel({ panel, onClose }: { readonly panel: Panel; readonly onClose: () => void }) {
  const box = useRef<HTMLElement>(null)
  useFocusBack()
  useLayoutEffect(layOut, [])
  // Until its code is there; its heading takes the focus then.
  useEffect(() => {
    if (box.current?.contains(document.activeElement) === false) box.current.focus()
  }, [])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return
    event.stopPropagation()
    onClose()
  }
  const { Content } = panel
  return (
    <section ref={box} className="panel" aria-label={t(panel.title)} tabIndex={-1} onKeyDown={onKeyDown}>
      <ClosePanel value={onClose}>
        <Content />
      </ClosePanel>
      <PanelWidth />
    </section>
  )
}
