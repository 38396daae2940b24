/**
 * The numbers of runs as a plot: two against each other, or all side by side. Invariant: each run on it can be reached
 * by keyboard, is named in words below, and leads to its receipt; its outcome is shown by shape as well as colour.
 */
import './run-plot.css'
import type { TableRow } from '@yesterday/server/contract/past.ts'
import { type KeyboardEvent, type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { locale } from '../../../text/locale.ts'
import { t } from '../../../text/text.ts'
import { outcomeShapes } from '../../../ui/OutcomeMark.tsx'
import {
  type Axis,
  firstPlot,
  nameOf,
  numberAt,
  type PlotBy,
  parallelOf,
  plottable,
  scatterOf,
} from './run-plot.ts'
import type { LogState } from './useLog.ts'

const HEIGHT = 320
const LEFT = 64
const RIGHT = 24
const TOP = 24
const BOTTOM = 44

/** What is drawn is as wide as its place, so that its words are as large as all others. */
const FIRST_WIDTH = 480

type Across = (share: number) => number
const acrossOf =
  (width: number): Across =>
  (share) =>
    LEFT + share * (width - LEFT - RIGHT)
const up = (share: number): number => HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

type Form = 'scatter' | 'parallel'

export function RunPlot({ log }: { readonly log: LogState }) {
  const all = useMemo(() => plottable(log.runs, log), [log])
  const first = useMemo(() => firstPlot(log.runs, all), [log, all])
  const [form, setForm] = useState<Form>('scatter')
  const [chosen, setChosen] = useState<{ readonly x?: string; readonly y?: string }>({})
  const [width, setWidth] = useState(FIRST_WIDTH)
  const measured = useCallback((section: HTMLElement | null) => {
    if (section === null) return
    const observer = new ResizeObserver(() => setWidth(inside(section)))
    observer.observe(section)
    return () => observer.disconnect()
  }, [])
  if (first === null) {
    return (
      <div className="history-note">
        <strong>{t('plot.none')}</strong>
        <p>{t('plot.noneHint')}</p>
      </div>
    )
  }
  const by = { x: find(all, chosen.x) ?? first.x, y: find(all, chosen.y) ?? first.y }
  return (
    <section className="run-plot" aria-label={t('plot.title')} ref={measured}>
      <div className="run-plot-choices">
        {(['scatter', 'parallel'] as const).map((one) => (
          <button
            key={one}
            type="button"
            className="button button-small"
            aria-pressed={form === one}
            onClick={() => setForm(one)}
          >
            {t(`plot.${one}`)}
          </button>
        ))}
        {form === 'scatter' &&
          (['x', 'y'] as const).map((axis) => (
            <label key={axis}>
              {t(`plot.${axis}`)}
              <select
                className="field"
                value={nameOf(by[axis])}
                onChange={(event) => setChosen({ ...chosen, [axis]: event.target.value })}
              >
                {all.map((one) => (
                  <option key={nameOf(one)} value={nameOf(one)}>
                    {wordOf(one)}
                  </option>
                ))}
              </select>
            </label>
          ))}
      </div>
      {form === 'scatter' ? (
        <Scatter runs={log.runs} by={by} width={width} />
      ) : (
        <Lines runs={log.runs} all={all} width={width} />
      )}
    </section>
  )
}

/** Without its padding; never so narrow that nothing can be read. */
function inside(section: HTMLElement): number {
  const { paddingLeft, paddingRight } = getComputedStyle(section)
  return Math.max(280, section.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight))
}

const find = (all: readonly PlotBy[], name: string | undefined): PlotBy | undefined =>
  all.find((one) => nameOf(one) === name)

const wordOf = (by: PlotBy): string => (by.of === 'time' ? t('column.ended') : by.name)

function Scatter(props: {
  readonly runs: readonly TableRow[]
  readonly by: { readonly x: PlotBy; readonly y: PlotBy }
  readonly width: number
}) {
  const { x, y, points } = scatterOf(props.runs, props.by)
  const { width } = props
  const across = acrossOf(width)
  return (
    <Field
      width={width}
      axes={[x, y]}
      marks={points.map((point) => ({
        run: point.run,
        drawn: (
          <g transform={`translate(${across(point.x) - 8} ${up(point.y) - 8})`}>
            <circle className="run-plot-target" cx="8" cy="8" r="12" />
            {point.run.outcome === 'ok' ? (
              <circle className="run-plot-dot" cx="8" cy="8" r="5" />
            ) : (
              <path className="run-plot-cross" d={outcomeShapes[point.run.outcome]} />
            )}
          </g>
        ),
      }))}
    >
      {x.ticks.map(({ at, value }) => (
        <text key={value} x={across(at)} y={HEIGHT - BOTTOM + 18} textAnchor="middle">
          {shown(value, x.by)}
        </text>
      ))}
      {y.ticks.map(({ at, value }) => (
        <g key={value}>
          <line x1={LEFT} x2={width - RIGHT} y1={up(at)} y2={up(at)} />
          <text x={LEFT - 8} y={up(at) + 4} textAnchor="end">
            {shown(value, y.by)}
          </text>
        </g>
      ))}
      <text className="run-plot-name" x={width - RIGHT} y={HEIGHT - 6} textAnchor="end">
        {titleOf(x)}
      </text>
      <text className="run-plot-name" x={4} y={14}>
        {titleOf(y)}
      </text>
    </Field>
  )
}

function Lines(props: {
  readonly runs: readonly TableRow[]
  readonly all: readonly PlotBy[]
  readonly width: number
}) {
  const { axes, lines } = parallelOf(props.runs, props.all)
  const across = acrossOf(props.width)
  const place = (index: number): number => across(axes.length < 2 ? 0.5 : index / (axes.length - 1))
  const marks = lines.map(({ run, places }) => {
    const points = places.flatMap((at, index) => (at === null ? [] : [`${place(index)},${up(at)}`]))
    const drawn = (
      <>
        <polyline className="run-plot-target" points={points.join(' ')} />
        <polyline className={`run-plot-line run-plot-${run.outcome}`} points={points.join(' ')} />
      </>
    )
    return { run, drawn }
  })
  if (lines.length === 0) return <p className="history-note">{t('plot.noLines')}</p>
  return (
    <Field axes={axes} marks={marks} width={props.width}>
      {axes.map((axis, index) => (
        <g key={nameOf(axis.by)}>
          <line className="run-plot-axis" x1={place(index)} x2={place(index)} y1={up(0)} y2={up(1)} />
          {axis.ticks.map(({ at, value }) => (
            <text key={value} x={place(index) - 6} y={up(at) + 4} textAnchor="end">
              {shown(value, axis.by)}
            </text>
          ))}
          <text
            className="run-plot-name"
            x={place(index)}
            // Neighbours would overlap: every other name is a line lower.
            y={HEIGHT - BOTTOM + 18 + 16 * (index % 2)}
            textAnchor="middle"
          >
            {short(titleOf(axis))}
          </text>
        </g>
      ))}
    </Field>
  )
}

interface Mark {
  readonly run: TableRow
  readonly drawn: ReactNode
}

/** The frame, its marks, and in words what the one is that is pointed at. */
function Field(props: {
  readonly axes: readonly Axis[]
  readonly marks: readonly Mark[]
  readonly width: number
  readonly children: ReactNode
}) {
  const { marks, axes } = props
  const { past } = useNotebook()
  const [pointed, setPointed] = useState<string | null>(null)
  const field = useRef<SVGSVGElement>(null)
  const at = Math.max(
    0,
    marks.findIndex(({ run }) => run.run === pointed),
  )
  const open = (run: TableRow): void => past.go({ at: 'receipt', run: run.run })
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const next = by === undefined ? undefined : marks[at + by]
    if (next === undefined) return
    event.preventDefault()
    setPointed(next.run.run)
    field.current?.querySelector<SVGElement>(`[data-run="${next.run.run}"]`)?.focus()
  }
  const shown = marks.find(({ run }) => run.run === pointed)?.run
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a plot is no list of form fields */}
      <svg
        ref={field}
        viewBox={`0 0 ${props.width} ${HEIGHT}`}
        role="group"
        aria-label={t('plot.title')}
        onKeyDown={onKey}
      >
        <g className="run-plot-frame">{props.children}</g>
        {marks.map(({ run, drawn }, index) => (
          // biome-ignore lint/a11y/useSemanticElements: HTML's button cannot be in a drawing
          <g
            key={run.run}
            role="button"
            tabIndex={index === at ? 0 : -1}
            aria-label={sentence(run, axes)}
            data-run={run.run}
            data-pointed={run.run === pointed}
            className="run-plot-mark"
            onClick={() => open(run)}
            onFocus={() => setPointed(run.run)}
            onPointerEnter={() => setPointed(run.run)}
            onKeyDown={(event) => event.key === 'Enter' && open(run)}
          >
            {drawn}
          </g>
        ))}
      </svg>
      <p className="run-plot-sentence" aria-hidden="true">
        {shown === undefined ? hint(marks.length) : sentence(shown, axes)}
      </p>
    </>
  )
}

const hint = (count: number): string => (count === 0 ? t('plot.apart') : t('plot.point', { count }))

const figures = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 })
const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' })

const shown = (value: number, by: PlotBy): string =>
  by.of === 'time' ? clock.format(value) : figures.format(value)

const titleOf = ({ by, isLog }: Axis): string => (isLog ? t('plot.log', { name: wordOf(by) }) : wordOf(by))

const short = (name: string): string => (name.length > 20 ? `${name.slice(0, 19)}…` : name)

function sentence(run: TableRow, axes: readonly Axis[]): string {
  const numbers = axes.flatMap(({ by }) => {
    const value = numberAt(run, by)
    return value === undefined ? [] : [`${wordOf(by)} ${shown(value, by)}`]
  })
  return [run.title === '' ? t('history.noCode') : run.title, t(`outcome.${run.outcome}`), ...numbers].join(
    ' · ',
  )
}
