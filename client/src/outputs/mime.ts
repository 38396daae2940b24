/**
 * pure. Which form of a value is shown, and by what. The richest comes first, as in JupyterLab. Invariant: whatever
 * may carry markup or code is drawn by `frame` and never in the page.
 */
import type { MimeBundle } from './output.ts'

/** What draws a form. */
export type Drawer = 'frame' | 'image' | 'svg' | 'markdown' | 'latex' | 'json' | 'text'

const ORDER: readonly (readonly [RegExp, Drawer])[] = [
  [/^application\/vnd\.plotly\.v1\+json$/, 'frame'],
  [/^application\/vnd\.vega(lite)?\.v\d+(\.\d+)*\+json$/, 'frame'],
  [/^text\/html$/, 'frame'],
  [/^(application|text)\/javascript$/, 'frame'],
  [/^text\/markdown$/, 'markdown'],
  [/^text\/latex$/, 'latex'],
  [/^image\/svg\+xml$/, 'svg'],
  [/^image\/(png|jpeg|gif|webp|avif|bmp)$/, 'image'],
  [/^application\/json$|^application\/geo\+json$/, 'json'],
  [/^text\/plain$/, 'text'],
]

/** The form to show and its drawer; null when there is none that can be drawn. */
export function chooseForm(data: MimeBundle): { readonly mime: string; readonly drawer: Drawer } | null {
  for (const [pattern, drawer] of ORDER) {
    const mime = Object.keys(data).find((key) => pattern.test(key))
    if (mime !== undefined) return { mime, drawer }
  }
  const text = Object.keys(data).find((key) => key.startsWith('text/'))
  return text === undefined ? null : { mime: text, drawer: 'text' }
}
