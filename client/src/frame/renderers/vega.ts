/** Vega and Vega-Lite specifications, of any version: `application/vnd.vegalite.v5+json`, `…v6.json`, … */
import type { FrameContent } from '../../frames/frame-protocol.ts'
import type { FrameContext } from '../context.ts'
import { libraryGlobal, loadLibrary } from '../libraries.ts'

type VegaEmbed = (element: HTMLElement, spec: unknown, options: unknown) => Promise<unknown>

export async function draw(
  { mime, value, metadata }: FrameContent,
  { element }: FrameContext,
): Promise<void> {
  for (const library of ['vega.min.js', 'vega-lite.min.js', 'vega-embed.min.js']) await loadLibrary(library)
  const embed = libraryGlobal('vegaEmbed', isVegaEmbed)
  const mode = mime.includes('vegalite') ? 'vega-lite' : 'vega'
  await embed(element, JSON.parse(value), { actions: false, mode, ...embedOptions(metadata[mime]) })
}

const isVegaEmbed = (value: unknown): value is VegaEmbed => typeof value === 'function'

/** What Altair's `embed_options` say, in the metadata of the form. */
function embedOptions(metadata: unknown): object {
  if (typeof metadata !== 'object' || metadata === null || !('embed_options' in metadata)) return {}
  return typeof metadata.embed_options === 'object' ? (metadata.embed_options ?? {}) : {}
}
