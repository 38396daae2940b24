/** An output that may carry code, drawn in a sandboxed frame once it comes near the view. Its height is kept. */
import { useEffect, useRef, useState } from 'react'
import { t } from '../text/text.ts'
import { connectFrame, type FrameContent } from './frame-host.ts'

const FIRST_HEIGHT = 48

/** The frame of one output. */
export function FrameOutput({ mime, value }: FrameContent) {
  const box = useRef<HTMLDivElement>(null)
  const [near, setNear] = useState(false)
  const [height, setHeight] = useState(FIRST_HEIGHT)
  useEffect(() => {
    if (box.current === null) return
    const watch = new IntersectionObserver(
      (entries) => {
        // Once made, a frame stays: making it again would run its code again.
        if (entries.some((entry) => entry.isIntersecting)) setNear(true)
      },
      { rootMargin: '600px' },
    )
    watch.observe(box.current)
    return () => watch.disconnect()
  }, [])
  return (
    <div ref={box} className="output-frame" style={{ height }}>
      {near && <Frame mime={mime} value={value} onHeight={setHeight} />}
    </div>
  )
}

function Frame(props: FrameContent & { readonly onHeight: (height: number) => void }) {
  const { mime, value, onHeight } = props
  const frame = useRef<HTMLIFrameElement>(null)
  const [loads, setLoads] = useState(0)
  useEffect(() => {
    if (loads === 0 || frame.current === null) return
    return connectFrame(frame.current, { mime, value }, onHeight)
  }, [loads, mime, value, onHeight])
  return (
    <iframe
      ref={frame}
      title={t('outputs.frame')}
      src="/sandbox/frame.html"
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      onLoad={() => setLoads((count) => count + 1)}
    />
  )
}
