/**
 * An output that may carry code, drawn in a sandboxed frame once it comes near the view. Its height is kept. Invariant:
 * what a frame shows is what the output says now; code runs once for each output, in a frame that no other code was in.
 */
import { useEffect, useRef, useState } from 'react'
import { t } from '../text/text.ts'
import { connectFrame, type FrameConnection, type FrameContent, runsCode } from './frame-host.ts'

const FIRST_HEIGHT = 48

/** The frame of one output; `of` is another object when the output is another, or was changed. */
export function FrameOutput({ mime, value, of }: FrameContent & { readonly of: object }) {
  const box = useRef<HTMLDivElement>(null)
  const [near, setNear] = useState(false)
  const [height, setHeight] = useState(FIRST_HEIGHT)
  const life = useLife({ mime, value }, of)
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
      {near && <Frame key={life} mime={mime} value={value} onHeight={setHeight} />}
    </div>
  )
}

/** Which frame shows this content: a table goes into the frame of the table before, code gets one of its own. */
function useLife(content: FrameContent, of: object): number {
  const [last, setLast] = useState({ of, ran: runsCode(content), life: 0 })
  if (last.of === of) return last.life
  const ran = runsCode(content)
  const life = last.ran || ran ? last.life + 1 : last.life
  setLast({ of, ran, life })
  return life
}

function Frame(props: FrameContent & { readonly onHeight: (height: number) => void }) {
  const { mime, value, onHeight } = props
  const frame = useRef<HTMLIFrameElement>(null)
  const [loads, setLoads] = useState(0)
  const [connection, setConnection] = useState<FrameConnection | null>(null)
  useEffect(() => {
    if (loads === 0 || frame.current === null) return
    const made = connectFrame(frame.current, onHeight)
    setConnection(made)
    return () => made.end()
  }, [loads, onHeight])
  useEffect(() => connection?.draw({ mime, value }), [connection, mime, value])
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
