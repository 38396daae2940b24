/**
 * An output that may carry code, drawn in a sandboxed frame once it comes near the view. Its height is kept. Invariants:
 * what a frame shows is what the output says now; code runs once for each output, in a frame that no other code was in;
 * a frame that left its page is never spoken to again.
 */
import { mimeType, runsCode } from '@yesterday/server/contract/mime-rules.ts'
import {
  type RefObject,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { NotebookContext } from '../access/context.ts'
import { connectFrame, type FrameConnection } from '../frames/frame-host.ts'
import type { FrameContent, FrameLevel, ToFrame } from '../frames/frame-protocol.ts'
import { BASE } from '../state/base.ts'
import { t } from '../text/text.ts'
import { openLink } from './open-link.ts'
import { type OutputJson, outputIdOf } from './output.ts'

interface Props extends FrameContent {
  /** A new object when the output changes. */
  readonly of: OutputJson
  /** The cell whose widgets the frame may show; none where it is absent. */
  readonly widgetsOf?: string
}

export function FrameOutput(props: Props) {
  const { mime, value, metadata, of, widgetsOf = null } = props
  const { level, onBlocked } = useExternal(of, widgetsOf !== null)
  const box = useRef<HTMLDivElement>(null)
  const [near, setNear] = useState(false)
  const [height, setHeight] = useState(() => firstHeight(mime))
  const life = useLife({ mime, value }, of)
  useEffect(() => {
    if (box.current === null) return
    const watch = new IntersectionObserver(
      (entries) => {
        // Once made, a frame stays: making it again would run its code again.
        if (entries.some((entry) => entry.isIntersecting)) setNear(true)
      },
      // The page scrolls in a box of its own, which `rootMargin` does not reach.
      { rootMargin: NEAR, scrollMargin: NEAR },
    )
    watch.observe(box.current)
    return () => watch.disconnect()
  }, [])
  const content = useMemo(() => ({ mime, value, metadata }), [mime, value, metadata])
  return (
    <div ref={box} className="output-frame" style={{ height }}>
      {near && level !== null && (
        <Frame
          key={`${life} ${level}`}
          content={content}
          level={level}
          onHeight={setHeight}
          onBlocked={onBlocked}
          widgetsOf={widgetsOf}
        />
      )}
    </div>
  )
}

/** A frame is made when it is so far from what is shown. */
const NEAR = '600px'

/** What the frame of an output may load, and where to report what it was kept from. Widgets are the kernel's own. */
function useExternal(of: OutputJson, isWidget: boolean) {
  const external = useContext(NotebookContext)?.external
  const id = outputIdOf(of)
  const level = useSyncExternalStore<FrameLevel | null>(
    external?.subscribe ?? subscribeNever,
    () => external?.levelOf(id) ?? (external === undefined ? 'offline' : null),
  )
  const onBlocked = useCallback((hosts: readonly string[]) => external?.addBlocked(hosts), [external])
  return { level: isWidget ? 'online' : level, onBlocked } as const
}

const subscribeNever = () => (): void => undefined

/** Height until the frame has reported one: about what it will be, so that little moves. */
const firstHeight = (mime: string): number => mimeType(mime)?.heightPx ?? 48

/** Which frame shows this content: a table goes into the frame of the table before, code gets one of its own. */
function useLife(content: Pick<FrameContent, 'mime' | 'value'>, of: object): number {
  const [last, setLast] = useState({ of, ran: runsCode(content.mime, content.value), life: 0 })
  if (last.of === of) return last.life
  const ran = runsCode(content.mime, content.value)
  const life = last.ran || ran ? last.life + 1 : last.life
  setLast({ of, ran, life })
  return life
}

function Frame(props: {
  readonly content: FrameContent
  readonly level: FrameLevel
  readonly onHeight: (height: number) => void
  readonly onBlocked: (hosts: readonly string[]) => void
  readonly widgetsOf: string | null
}) {
  const { content, level, onHeight, onBlocked, widgetsOf } = props
  const bridge = useContext(NotebookContext)?.widgets ?? null
  const frame = useRef<HTMLIFrameElement>(null)
  const { life, isGone, onLoad } = useFrameLife(frame)
  const [connection, setConnection] = useState<FrameConnection | null>(null)
  useEffect(() => {
    if (life === 0 || frame.current === null) return
    const element = frame.current
    const events = { onHeight, onBlocked, onLink: (href: string) => openLink(href, element) }
    const link =
      widgetsOf === null || bridge === null
        ? null
        : (post: (message: ToFrame) => void) => bridge.connect(widgetsOf, post)
    const made = connectFrame(element, level, events, link)
    setConnection(made)
    return () => made.end()
  }, [life, level, onHeight, onBlocked, widgetsOf, bridge])
  useEffect(() => connection?.draw(content), [connection, content])
  if (isGone) return <p className="output-note">{t('outputs.frameLeft')}</p>
  return (
    <iframe
      ref={frame}
      title={t('outputs.frame')}
      src={`${BASE}/sandbox/${level}.html`}
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      onLoad={onLoad}
    />
  )
}

/**
 * A frame whose cell moves in the page is loaded again, in a new window: a life of its own. A second load in the same
 * window is a page that the output's code went to: it is closed and gets nothing.
 */
function useFrameLife(frame: RefObject<HTMLIFrameElement | null>) {
  const known = useRef<WindowProxy | null>(null)
  const [life, setLife] = useState(0)
  const [isGone, setGone] = useState(false)
  const onLoad = (): void => {
    const window = frame.current?.contentWindow ?? null
    if (window === known.current) setGone(true)
    else {
      known.current = window
      setLife((count) => count + 1)
    }
  }
  return { life, isGone, onLoad }
}
