/** The edge between the two sides: dragged, or moved by the arrow keys, it changes their widths. */
import type { KeyboardEvent, PointerEvent } from 'react'
import { LEAST_SHARE, MOST_SHARE, mainShare, setMainShare, USUAL_SHARE } from '../../navigation/side.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'

/** Percent for each stroke of an arrow key. */
const STEP = 2

export function Divider() {
  const share = useWatched(mainShare, (percent) => percent)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      role="separator"
      className="split-edge"
      aria-label={t('split.width')}
      aria-orientation="vertical"
      aria-valuemin={LEAST_SHARE}
      aria-valuemax={MOST_SHARE}
      aria-valuenow={Math.round(share)}
      tabIndex={0}
      onKeyDown={byKey}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={byPointer}
      onDoubleClick={() => setMainShare(USUAL_SHARE)}
    />
  )
}

function byKey(event: KeyboardEvent): void {
  const share = {
    ArrowLeft: mainShare.get() - STEP,
    ArrowRight: mainShare.get() + STEP,
    Home: LEAST_SHARE,
    End: MOST_SHARE,
  }[event.key]
  if (share === undefined) return
  event.preventDefault()
  event.stopPropagation()
  setMainShare(share)
}

function byPointer(event: PointerEvent<HTMLElement>): void {
  if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
  const main = document.getElementById('main')?.getBoundingClientRect()
  const end = event.currentTarget.parentElement?.getBoundingClientRect().right
  if (main === undefined || end === undefined) return
  setMainShare((100 * (event.clientX - main.left)) / (end - main.left))
}
