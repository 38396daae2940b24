/** The edge of a panel: dragged, or moved by the arrow keys, it changes the width of all panels. */
import { type KeyboardEvent, type PointerEvent, useSyncExternalStore } from 'react'
import { t } from '../text/text.ts'
import { LEAST, MOST, panelWidth, setPanelWidth, USUAL } from './width.ts'

/** CSS pixels for each stroke of an arrow key. */
const STEP = 16

export function PanelWidth() {
  const width = useSyncExternalStore(panelWidth.subscribe, panelWidth.get)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      role="separator"
      className="panel-edge"
      aria-label={t('panel.width')}
      aria-orientation="vertical"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={width}
      tabIndex={0}
      onKeyDown={byKey}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={byPointer}
      onDoubleClick={() => setPanelWidth(USUAL)}
    />
  )
}

function byKey(event: KeyboardEvent): void {
  const width = {
    ArrowLeft: panelWidth.get() + STEP,
    ArrowRight: panelWidth.get() - STEP,
    Home: LEAST,
    End: MOST,
  }[event.key]
  if (width === undefined) return
  event.preventDefault()
  event.stopPropagation()
  setPanelWidth(width)
}

function byPointer(event: PointerEvent<HTMLElement>): void {
  if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
  const right = event.currentTarget.parentElement?.getBoundingClientRect().right
  if (right !== undefined) setPanelWidth(right - event.clientX)
}
