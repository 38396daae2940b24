/** The renderers of frames, by the names of the MIME table (contract/mime.ts). Each is a file of `renderers`. */
import { mimeType } from '@yesterday/server/contract/mime-rules.ts'
import type { FrameRenderer } from './context.ts'

const FILES = import.meta.glob<FrameRenderer>('./renderers/*.ts', { eager: true, import: 'draw' })

/** By name: `./renderers/vega.ts` is `vega`. */
export function renderersIn(
  files: Readonly<Record<string, FrameRenderer>>,
): ReadonlyMap<string, FrameRenderer> {
  return new Map(Object.entries(files).map(([path, draw]) => [path.replace(/^.*\/(.*)\.ts$/, '$1'), draw]))
}

export const RENDERERS = renderersIn(FILES)

/** What draws this type. Throws if it is not drawn in frames. */
export function rendererOf(mime: string, renderers = RENDERERS): FrameRenderer {
  const drawn = mimeType(mime)?.drawn
  const draw = drawn?.by === 'frame' ? renderers.get(drawn.renderer) : undefined
  if (draw === undefined) throw new Error(`no renderer for ${mime}`)
  return draw
}
