/** The second side: a head, and this page again in a frame (navigation/side.ts). */
import './split.css'
import { useCallback, useEffect, useRef } from 'react'
import { navigate } from '../../navigation/route.ts'
import {
  type Beside as BesidePlace,
  besideMoved,
  closeBeside,
  endBeside,
  hearFrom,
  openBeside,
  paneName,
  type Said,
  setAnswering,
  setPane,
  showSide,
} from '../../navigation/side.ts'
import { routeOf } from '../../navigation/tabs.ts'
import { t } from '../../text/text.ts'
import { IconButton } from '../../ui/IconButton.tsx'
import { ArrowLeftRight, X } from '../../ui/icons.ts'
import { placeName } from '../place-name.ts'
import { Divider } from './Divider.tsx'

/** `main` is the address of the other side; `onMainFocus` puts the focus there. */
export function Beside(props: {
  readonly place: BesidePlace
  readonly main: string
  readonly onMainFocus: () => void
}) {
  const { place, main, onMainFocus } = props
  const frame = useRef<HTMLIFrameElement>(null)
  useHearing(frame, onMainFocus)
  useEffect(() => {
    if (place.isNew) frame.current?.focus()
  }, [place.isNew])
  const name = placeName(routeOf(place.url))
  const swap = (): void => {
    const there = place.url
    navigate(routeOf(there), () => openBeside(main))
  }
  return (
    <aside className="beside" aria-label={t('split.side', { name })}>
      <Divider />
      <div className="beside-head">
        <span className="beside-name" title={name}>
          {name}
        </span>
        <IconButton label={t('split.swap')} onClick={swap}>
          <ArrowLeftRight size={16} />
        </IconButton>
        <IconButton label={t('split.close')} onClick={closeBeside}>
          <X size={16} />
        </IconButton>
      </div>
      <iframe
        ref={frame}
        name={paneName}
        className="beside-frame"
        title={t('split.side', { name })}
        src={place.start}
      />
    </aside>
  )
}

/** Follows what the pane says while it is there, and gives the focus back to the main side at its end. */
function useHearing(frame: React.RefObject<HTMLIFrameElement | null>, onMainFocus: () => void): void {
  const focusMain = useRef(onMainFocus)
  focusMain.current = onMainFocus
  const hear = useCallback(
    (said: Said): void => {
      setAnswering(true)
      if (said.says === 'at') {
        besideMoved(said.url)
        // A frame that has the focus while its page is loaded passes none of it on.
        if (document.activeElement === frame.current) frame.current?.contentWindow?.focus()
      }
      if (said.says === 'closed') endBeside()
      if (said.says === 'focus') {
        showSide('main')
        requestAnimationFrame(() => focusMain.current())
      }
    },
    [frame],
  )
  useEffect(() => {
    setPane(frame.current)
    const stop = hearFrom(() => frame.current?.contentWindow, hear)
    return () => {
      stop()
      setPane(null)
      setAnswering(false)
      focusMain.current()
    }
  }, [frame, hear])
}
