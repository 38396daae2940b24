/**
 * Bokeh (`application/vnd.bokehjs_exec.v0+json`). Bokeh draws into an element of another output and expects its library
 * from a third one; each output has a frame of its own here, so the element is made and the library comes with the
 * frame. Source of the format: bokeh/io/notebook.py and bokeh/core/_templates/doc_nb_js.js.
 */
import type { FrameContent } from '../../frames/frame-protocol.ts'
import type { FrameContext } from '../context.ts'
import { loadLibrary } from '../libraries.ts'

const LIBRARIES = ['bokeh.min.js', 'bokeh-gl.min.js', 'bokeh-widgets.min.js', 'bokeh-tables.min.js']

/** `value` is the output's script, which embeds a document once `Bokeh` is there. */
export async function draw({ value }: FrameContent, { element, level }: FrameContext): Promise<void> {
  if (level === 'static') return
  for (const library of LIBRARIES) await loadLibrary(library)
  element.replaceChildren(...rootIds(value).map(placeFor))
  new Function(value)()
}

/** pure. The ids of the elements that the script looks for: `"roots":{"<model>":"<element>"}`. */
export function rootIds(script: string): readonly string[] {
  const roots = /"roots":(\{"[^{}]*\})/.exec(script)?.[1]
  if (roots === undefined) return []
  const parsed: unknown = JSON.parse(roots)
  return typeof parsed === 'object' && parsed !== null
    ? Object.values(parsed).filter((id) => typeof id === 'string')
    : []
}

function placeFor(id: string): HTMLElement {
  const place = document.createElement('div')
  place.id = id
  place.style.display = 'contents'
  return place
}

/** `output_notebook()` says that it loads the library, in an output that nothing changes. */
export function settleBokehBanner(element: HTMLElement): void {
  const said = element.querySelector('.bk-notebook-logo + span')
  if (said?.textContent === 'Loading BokehJS ...') said.textContent = 'BokehJS is ready.'
}
