/**
 * The lineage of a result: the runs behind it as a graph from left to right. Arrow keys move between runs,
 * Enter opens one, "+" shows what is behind it. Invariant: only what is in view is drawn, and every run is one stop for
 * the keyboard and for a screen reader, with what it took from whom in words.
 */
import './graph.css'
import type { AroundNode } from '@yesterday/server/contract/around.ts'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { t } from '../../../text/text.ts'
import { outcomeShapes } from '../../../ui/OutcomeMark.tsx'
import { graphRuns, type Known } from './around-state.ts'
import { curve, type GraphLayout, layoutGraph, neighbour, type Placed } from './graph-layout.ts'
import { fewNames } from './names.ts'

const BOX = { width: 128, height: 40 }
const STEP = { x: 156, y: 54 }
const PAD = 6

interface Props {
  readonly known: Known
  /** The run that is explained. */
  readonly run: string
  readonly onRun: (run: string) => void
  readonly onExpand: (run: string) => void
}

export function LineageGraph({ known, run, onRun, onExpand }: Props) {
  const layout = useMemo(() => layoutGraph(graphRuns(known)), [known])
  const [at, setAt] = useState(run)
  const frame = useRef<HTMLDivElement>(null)
  const [view, look] = useView(frame)
  useEffect(() => {
    setAt(run)
    // The requested run is at the right, its inputs to the left of it.
    const shown = frame.current
    if (shown !== null) shown.scrollLeft = shown.scrollWidth
    look()
  }, [run, look])
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === '+' || event.key === '=') onExpand(at)
    if (!isArrow(event.key)) return
    event.preventDefault()
    event.stopPropagation()
    const next = neighbour(layout, at, event.key)
    if (next === null) return
    setAt(next)
    showRun(frame.current, layout.placed.get(next))
    requestAnimationFrame(() => document.getElementById(boxId(next))?.focus())
  }
  const [width, height] = [layout.columns * STEP.x + PAD, layout.rows * STEP.y + PAD]
  const inView = ({ column }: Placed): boolean =>
    column * STEP.x + STEP.x >= view.from && column * STEP.x <= view.to
  return (
    <div ref={frame} className="graph" onScroll={look}>
      {/* biome-ignore lint/a11y/useSemanticElements: a graph is no list of form fields */}
      <svg width={width} height={height} role="group" aria-label={t('graph.label')} onKeyDown={onKey}>
        <Lines known={known} layout={layout} inView={inView} />
        {[...layout.placed.values()].filter(inView).map((placed) => {
          const node = known.nodes.get(placed.run)
          if (node === undefined) return null
          return (
            <RunBox
              key={node.run}
              node={node}
              placed={placed}
              known={known}
              asked={node.run === run}
              focused={node.run === at}
              onRun={onRun}
              onExpand={onExpand}
              onFocus={() => setAt(node.run)}
            />
          )
        })}
      </svg>
    </div>
  )
}

const isArrow = (key: string): key is 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' =>
  ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].includes(key)

const boxId = (run: string): string => `graph-run-${run}`
const corner = ({ column, row }: Placed): readonly [number, number] => [
  PAD / 2 + column * STEP.x,
  PAD / 2 + row * STEP.y,
]

function useView(frame: { readonly current: HTMLDivElement | null }) {
  const [view, setView] = useState({ from: 0, to: 4000 })
  const look = useRef(() => {
    const shown = frame.current
    if (shown === null) return
    const margin = STEP.x
    setView({ from: shown.scrollLeft - margin, to: shown.scrollLeft + shown.clientWidth + margin })
  })
  return [view, look.current] as const
}

function showRun(frame: HTMLDivElement | null, placed: Placed | undefined): void {
  if (frame === null || placed === undefined) return
  const [x, y] = corner(placed)
  if (x < frame.scrollLeft) frame.scrollLeft = x - PAD
  else if (x + BOX.width > frame.scrollLeft + frame.clientWidth)
    frame.scrollLeft = x + BOX.width + PAD - frame.clientWidth
  if (y < frame.scrollTop || y + BOX.height > frame.scrollTop + frame.clientHeight) frame.scrollTop = y - PAD
}

function Lines(props: {
  readonly known: Known
  readonly layout: GraphLayout
  readonly inView: (placed: Placed) => boolean
}) {
  const { placed } = props.layout
  return props.known.edges.map(({ from, to, things }) => {
    const [left, right] = [placed.get(from), placed.get(to)]
    if (!left || !right || !(props.inView(left) || props.inView(right))) return null
    const [[x, y], [toX, toY]] = [corner(left), corner(right)]
    const path = curve([x + BOX.width, y + BOX.height / 2], [toX, toY + BOX.height / 2])
    return (
      <path key={`${from} ${to}`} className="graph-line" d={path}>
        <title>{fewNames(things.map(({ name }) => name))}</title>
      </path>
    )
  })
}

function RunBox(props: {
  readonly node: AroundNode
  readonly placed: Placed
  readonly known: Known
  readonly asked: boolean
  readonly focused: boolean
  readonly onRun: (run: string) => void
  readonly onExpand: (run: string) => void
  readonly onFocus: () => void
}) {
  const { node, known } = props
  const [x, y] = corner(props.placed)
  const open = (): void => props.onRun(node.run)
  const name = nameOf(node)
  const more = node.more > 0
  return (
    <g transform={`translate(${x} ${y})`} className="graph-run" data-asked={props.asked}>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no button */}
      <g
        id={boxId(node.run)}
        role="button"
        tabIndex={props.focused ? 0 : -1}
        aria-label={`${name}. ${node.title}. ${t(`outcome.${node.outcome}`)}. ${sentence(node, known)}`}
        aria-current={props.asked}
        onClick={open}
        onFocus={props.onFocus}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') open()
        }}
      >
        <rect width={BOX.width} height={BOX.height} rx="6" />
        <svg x="7" y="6" width="12" height="12" viewBox="0 0 16 16" aria-hidden="true">
          <path className={`outcome-${node.outcome}`} d={outcomeShapes[node.outcome]} />
        </svg>
        <text x="23" y="16" className="graph-name">
          {name}
        </text>
        <text x="8" y="32" className="graph-title">
          {clipped(node.title)}
        </text>
        <title>{`${node.title}\n${sentence(node, known)}`}</title>
      </g>
      {more && (
        // biome-ignore lint/a11y/useSemanticElements: SVG has no button
        <g
          role="button"
          tabIndex={-1}
          className="graph-more"
          aria-label={t('graph.expand', { count: node.more })}
          transform={`translate(0 ${BOX.height / 2})`}
          onClick={() => props.onExpand(node.run)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' || event.key === ' ') props.onExpand(node.run)
          }}
        >
          <circle r="10" cx="2" />
          <text x="2" y="4">
            +{node.more}
          </text>
        </g>
      )}
    </g>
  )
}

const nameOf = (node: AroundNode): string =>
  node.cell === null
    ? t('graph.runElsewhere', { order: node.order })
    : t('graph.run', { order: node.order, cell: node.cell })

const WIDTH = 15
const clipped = (title: string): string => (title.length > WIDTH ? `${title.slice(0, WIDTH - 1)}…` : title)

/** "from x (run 3) and y (run 4)", or that it took nothing. */
function sentence(node: AroundNode, { edges, nodes }: Known): string {
  const from = edges.filter(({ to }) => to === node.run)
  if (from.length === 0) return t('graph.first')
  const parts = from.map(({ from: run, things }) =>
    t('graph.from', { names: fewNames(things.map(({ name }) => name)), order: nodes.get(run)?.order ?? 0 }),
  )
  return t('graph.takes', { parts: parts.join(', ') })
}
