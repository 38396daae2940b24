/** The lanes and marks of a timeline, drawn on a canvas as large as the view; a card shows the run under the pointer. */
import { type PointerEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { t } from '../../../text/text.ts'
import { useSettled } from '../useSettled.ts'
import { drawTimeline, type Scene } from './draw-timeline.ts'
import { RunCard } from './RunCard.tsx'
import { ROW, runUnder, scaleFor, type Timeline } from './timeline.ts'

interface Props {
  readonly timeline: Timeline
  readonly at: number
  readonly onAt: (index: number) => void
}

/** The card comes when the pointer rests on a run. */
const CARD_MS = 150

export function TimelineLanes({ timeline, at, onAt }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawn = useRef(false)
  const [width, setWidth] = useState(0)
  const [pointed, setPointed] = useState<number | null>(null)
  const scale = scaleFor(timeline.runs.length, width)
  const draw = useCallback(() => {
    const [shown, on] = [frame.current, canvas.current]
    const context = on?.getContext('2d')
    if (shown === null || on === null || !context || width === 0) return
    const started = performance.now()
    const place = { timeline, scale: scaleFor(timeline.runs.length, width), at }
    drawTimeline(context, { ...place, ...fit(shown, on, context) })
    performance.measure('yesterday:timeline-draw', { start: started, end: performance.now() })
    if (!drawn.current) performance.measure('yesterday:timeline', 'yesterday:timeline-data')
    drawn.current = true
  }, [timeline, at, width])
  useLayoutEffect(() => {
    const shown = frame.current
    if (shown === null) return
    const watcher = new ResizeObserver(() => setWidth(shown.clientWidth))
    watcher.observe(shown)
    return () => watcher.disconnect()
  }, [])
  useLayoutEffect(draw, [draw])
  useEffect(() => {
    keepInView(frame.current, (at + 1) * scale.pitch)
  }, [at, scale.pitch])
  useTheme(draw)
  const indexOf = (event: PointerEvent): number | null => {
    const point = pointOf(event, frame.current)
    return point === null ? null : runUnder(timeline, scale, point.x, point.y)
  }
  const drag = (event: PointerEvent): void => {
    const point = pointOf(event, frame.current)
    if (point !== null) onAt(Math.floor(point.x / scale.pitch))
  }
  const carded = useSettled(pointed, CARD_MS)
  return (
    <div className="timeline-lanes">
      <LaneNames timeline={timeline} />
      <div
        ref={frame}
        className="timeline-frame"
        style={{ height: Math.min(12, timeline.lanes.length) * ROW + 14 }}
        onScroll={draw}
        onPointerMove={(event) => (event.buttons === 1 ? drag(event) : setPointed(indexOf(event)))}
        onPointerDown={drag}
        onPointerLeave={() => setPointed(null)}
      >
        <div style={{ width: timeline.runs.length * scale.pitch, height: timeline.lanes.length * ROW }}>
          <canvas
            ref={canvas}
            role="img"
            aria-label={t('timeline.picture', { count: timeline.runs.length })}
          />
        </div>
      </div>
      {carded !== null && carded === pointed && <RunCard run={timeline.runs[carded]} />}
    </div>
  )
}

function LaneNames({ timeline }: { readonly timeline: Timeline }) {
  const { placeOf, commands } = useNotebook()
  return (
    <ul className="timeline-names" aria-label={t('timeline.lanes')}>
      {timeline.lanes.map(({ cell, place }) => {
        const now = cell === null ? null : placeOf(cell)
        const words =
          cell === null
            ? t('timeline.elsewhere')
            : now === null
              ? t('timeline.gone', { n: place ?? 0 })
              : null
        return (
          <li key={cell ?? ''}>
            {words !== null || cell === null ? (
              words
            ) : (
              <button type="button" className="receipt-link" onClick={() => commands.reveal(cell)}>
                {t('history.cellNumber', { number: now ?? 0 })}
              </button>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** Gives the canvas the size of the frame, sharp on any screen, and says what is in view. */
function fit(
  frame: HTMLElement,
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
): Omit<Scene, 'timeline' | 'scale' | 'at'> {
  const { clientWidth: width, clientHeight: height, scrollLeft: left, scrollTop: top } = frame
  const ratio = devicePixelRatio
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  return { left, top, width, height, colours: coloursOf(canvas) }
}

function coloursOf(element: HTMLElement): Scene['colours'] {
  const style = getComputedStyle(element)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  return {
    ok: colour('--success'),
    error: colour('--danger'),
    died: colour('--danger'),
    aborted: colour('--warning'),
    line: colour('--border'),
    mark: colour('--past'),
  }
}

function pointOf(event: PointerEvent, frame: HTMLElement | null) {
  if (frame === null) return null
  const { left, top } = frame.getBoundingClientRect()
  return { x: event.clientX - left + frame.scrollLeft, y: event.clientY - top + frame.scrollTop }
}

function keepInView(frame: HTMLElement | null, x: number): void {
  if (frame === null) return
  if (x < frame.scrollLeft + 20 || x > frame.scrollLeft + frame.clientWidth)
    frame.scrollLeft = x - frame.clientWidth / 2
}

function useTheme(draw: () => void): void {
  useEffect(() => {
    const watcher = new MutationObserver(draw)
    watcher.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => watcher.disconnect()
  }, [draw])
}
