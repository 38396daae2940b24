/**
 * pure. The MIME types of outputs, richest first: the first row that a value has is drawn. Page, history, comparison,
 * exports, the objects route and the output frames read this table by the functions of mime-rules.ts. A new type is one
 * row here and one file of its renderer (docs/extending/mime-type.md).
 */

export interface MimeType {
  /** The names of this type. Families have versions: Altair writes `…v6.json`, others `…v6+json`. */
  readonly names: RegExp
  /** The names under which `/api/objects` serves bytes; it refuses all others. */
  readonly served: readonly string[]
  /**
   * Who draws it. `page` is for text, pictures and JSON, which cannot act: `client/src/outputs/renderers/NAME.tsx`.
   * Whatever may carry markup or code is for the sandboxed `frame`: `client/src/frame/renderers/NAME.ts`.
   * Absent if the type is not drawn.
   */
  readonly drawn?: { readonly by: 'page' | 'frame'; readonly renderer: string }
  /** The type that holds the value, if it is not this one. */
  readonly valueIn?: string
  /** How the history shows it: by its name and size if this is absent. */
  readonly history?: 'picture' | 'text'
  /** Whether two outputs are compared as tables. If not: pictures by pixels, other bytes by digest, all else by lines. */
  readonly diff?: 'table'
  /** Whether drawing runs code of the output in the frame: always, or if the markup has a script. */
  readonly runs?: 'always' | 'scripts'
  /** Whether a search looks in it. */
  readonly isSearched?: true
  /** Its place among the text forms that an export without scripts prints; the lowest is printed. */
  readonly printed?: number
  /** Height of its frame until the frame reports one, CSS pixels. */
  readonly heightPx?: number
  /** Ending of a saved file, if it does not follow from the name. */
  readonly ending?: string
}

export const MIME_TYPES: readonly MimeType[] = [
  {
    names: /^application\/vnd\.jupyter\.widget-view\+json$/,
    served: ['application/vnd.jupyter.widget-view+json'],
    drawn: { by: 'frame', renderer: 'widget' },
  },
  {
    names: /^application\/vnd\.plotly\.v1\+json$/,
    served: ['application/vnd.plotly.v1+json'],
    drawn: { by: 'frame', renderer: 'plotly' },
    heightPx: 454,
  },
  {
    names: /^application\/vnd\.vega(lite)?\.v\d+(\.\d+)*[+.]json$/,
    served: [
      'application/vnd.vega.v5+json',
      'application/vnd.vega.v6+json',
      'application/vnd.vegalite.v5+json',
      'application/vnd.vegalite.v6+json',
    ],
    drawn: { by: 'frame', renderer: 'vega' },
    heightPx: 320,
  },
  {
    names: /^application\/vnd\.bokehjs_exec\.v0\+json$/,
    served: ['application/vnd.bokehjs_exec.v0+json'],
    drawn: { by: 'frame', renderer: 'bokeh' },
    valueIn: 'application/javascript',
  },
  {
    names: /^application\/vnd\.bokehjs_load\.v0\+json$/,
    served: ['application/vnd.bokehjs_load.v0+json'],
    drawn: { by: 'frame', renderer: 'bokeh-load' },
  },
  {
    names: /^text\/html$/,
    served: ['text/html'],
    drawn: { by: 'frame', renderer: 'html' },
    diff: 'table',
    runs: 'scripts',
    ending: 'html',
  },
  {
    names: /^(application|text)\/javascript$/,
    served: ['application/javascript'],
    drawn: { by: 'frame', renderer: 'javascript' },
    runs: 'always',
  },
  {
    names: /^text\/markdown$/,
    served: ['text/markdown'],
    drawn: { by: 'page', renderer: 'markdown' },
    history: 'text',
    isSearched: true,
    printed: 2,
    ending: 'md',
  },
  {
    names: /^text\/latex$/,
    served: ['text/latex'],
    drawn: { by: 'page', renderer: 'markdown' },
    history: 'text',
    printed: 3,
  },
  {
    names: /^image\/svg\+xml$/,
    served: ['image/svg+xml'],
    drawn: { by: 'page', renderer: 'image' },
    history: 'picture',
  },
  {
    names: /^image\/(png|jpeg|gif|webp|avif|bmp)$/,
    served: ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'],
    drawn: { by: 'page', renderer: 'image' },
    history: 'picture',
  },
  {
    names: /^application\/(geo\+)?json$/,
    served: ['application/json', 'application/geo+json'],
    drawn: { by: 'page', renderer: 'json' },
    history: 'text',
  },
  {
    names: /^text\/plain$/,
    served: ['text/plain'],
    drawn: { by: 'page', renderer: 'text' },
    history: 'text',
    isSearched: true,
    printed: 1,
  },
  { names: /^text\/csv$/, served: ['text/csv'], history: 'text' },
  { names: /^application\/vnd\.jupyter\.error$/, served: [], history: 'text' },
  {
    names: /^application\/vnd\.dataresource\+json$/,
    served: ['application/vnd.dataresource+json'],
    diff: 'table',
  },
  {
    names: /^application\/vnd\.jupyter\.(error|stream|widget-state)\+json$/,
    served: [
      'application/vnd.jupyter.error+json',
      'application/vnd.jupyter.stream+json',
      'application/vnd.jupyter.widget-state+json',
    ],
  },
  { names: /^application\/pdf$/, served: ['application/pdf'] },
  { names: /^audio\/(mpeg|ogg|wav)$/, served: ['audio/mpeg', 'audio/ogg', 'audio/wav'] },
  { names: /^video\/(mp4|webm)$/, served: ['video/mp4', 'video/webm'] },
  { names: /^application\/octet-stream$/, served: ['application/octet-stream'] },
]

/** The form that every value should have. */
export const PLAIN_TEXT = 'text/plain'
/** How a run's error is recorded: JSON with `ename`, `evalue`, `traceback`. */
export const ERROR_MIME = 'application/vnd.jupyter.error'
