/** Plotly figures (`application/vnd.plotly.v1+json`): https://plotly.com/chart-studio-help/json-chart-schema/ */
import type { FrameContent } from '../../frames/frame-protocol.ts'
import type { FrameContext } from '../context.ts'
import { libraryGlobal, loadLibrary } from '../libraries.ts'

/** Plotly's own default (`layout.height`), CSS pixels. It holds for figures in a page without a height of its own. */
const HEIGHT = 450

interface Plotly {
  newPlot(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>
  addFrames(element: HTMLElement, frames: unknown): Promise<unknown>
}

export async function draw({ value }: FrameContent, { element }: FrameContext): Promise<void> {
  await loadLibrary('plotly.min.js')
  const plotly = libraryGlobal('Plotly', isPlotly)
  const { data, layout, config, frames } = readFigure(JSON.parse(value))
  // Without a height the figure would be as high as its element, which is empty.
  element.style.height = typeof layout.height === 'number' ? '' : `${HEIGHT}px`
  await plotly.newPlot(element, data, layout, { responsive: true, ...config })
  if (frames !== undefined) await plotly.addFrames(element, frames)
}

const isPlotly = (value: unknown): value is Plotly =>
  typeof value === 'object' && value !== null && 'newPlot' in value

type Members = Readonly<Record<string, unknown>>

function readFigure(figure: unknown): {
  readonly data: unknown
  readonly layout: Members
  readonly config: Members
  readonly frames: unknown
} {
  const { data, layout, config, frames } = membersOf(figure)
  return { data, layout: membersOf(layout), config: membersOf(config), frames: frames ?? undefined }
}

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? { ...value } : {}
