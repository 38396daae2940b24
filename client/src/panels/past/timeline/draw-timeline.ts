/**
 * Draws the part of a timeline that is in view. Each outcome has its own shape: done is a full bar, failed a cross,
 * stopped an empty box, a died kernel a triangle.
 */
import type { Outcome } from '@yesterday/server/contract/run.ts'
import type { Scale, Timeline } from './timeline.ts'

export interface Scene {
  readonly timeline: Timeline
  readonly scale: Scale
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** The moment that is shown: runs after it are pale. */
  readonly at: number
  readonly colours: Readonly<Record<Outcome | 'line' | 'mark', string>>
}

export function drawTimeline(context: CanvasRenderingContext2D, scene: Scene): void {
  const { timeline, scale, left, top, width, height, at } = scene
  context.clearRect(0, 0, width, height)
  drawLanes(context, scene)
  const first = Math.max(0, Math.floor(left / scale.pitch))
  const end = Math.min(timeline.runs.length, Math.ceil((left + width) / scale.pitch) + 1)
  for (let index = first; index < end; index++) {
    const run = timeline.runs[index]
    const y = (timeline.laneOf[index] ?? 0) * scale.row - top
    if (run === undefined || y < -scale.row || y > height) continue
    context.globalAlpha = index > at ? 0.3 : 1
    drawRun(context, run.outcome, index * scale.pitch - left, y, scene)
  }
  context.globalAlpha = 1
  context.fillStyle = scene.colours.mark
  context.fillRect((at + 1) * scale.pitch - left - 1, 0, 2, height)
}

function drawLanes(
  context: CanvasRenderingContext2D,
  { timeline, scale, top, width, height, colours }: Scene,
) {
  context.fillStyle = colours.line
  for (let row = Math.floor(top / scale.row); row <= timeline.lanes.length; row++) {
    const y = row * scale.row - top
    if (y > height) break
    context.fillRect(0, y - 0.5, width, 1)
  }
}

function drawRun(
  context: CanvasRenderingContext2D,
  outcome: Outcome,
  x: number,
  y: number,
  scene: Scene,
): void {
  const { pitch, row } = scene.scale
  const [left, right] = [x + (pitch > 8 ? 2 : 0.5), x + pitch - (pitch > 8 ? 2 : 0.5)]
  const [upper, lower] = [y + 5, y + row - 5]
  context.fillStyle = scene.colours[outcome]
  context.strokeStyle = scene.colours[outcome]
  context.lineWidth = 2
  context.beginPath()
  switch (outcome) {
    case 'ok':
      context.fillRect(left, upper, right - left, lower - upper)
      return
    case 'error':
      context.moveTo(left, upper)
      context.lineTo(right, lower)
      context.moveTo(right, upper)
      context.lineTo(left, lower)
      break
    case 'aborted':
      context.rect(left + 1, upper + 1, Math.max(1, right - left - 2), lower - upper - 2)
      break
    case 'died':
      context.moveTo((left + right) / 2, upper)
      context.lineTo(right, lower)
      context.lineTo(left, lower)
      context.closePath()
      break
  }
  context.stroke()
}
