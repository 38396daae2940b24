/** What page, history, comparison, export and objects route make of each MIME type. */

import { MIME_TYPES } from '@yesterday/server/contract/mime.ts'
import {
  chooseForm,
  diffKind,
  fileEnding,
  historyForm,
  isBinaryMime,
  isJsonInFile,
  isJsonMime,
  isRicherThanText,
  isSplitInFile,
  isUtf8Mime,
  mayAct,
  mimeType,
  PRINTED_TYPES,
  runsCode,
  SEARCHED_TYPES,
  SERVED_TYPES,
} from '@yesterday/server/contract/mime-rules.ts'
import { expect, test } from 'vitest'
import { RENDERERS } from '../src/frame/renderers.ts'
import { PAGE_RENDERERS } from '../src/outputs/page-renderers.ts'

/** Name, served, drawn by, value, spelling in a file, history, diff, richer than text, acts, code, height, ending, charset. */
const JUDGED = [
  'application/geo+json served page:json json any text lines richer - - 0 .json utf8',
  'application/javascript served frame:javascript text lines name lines - acts code 48 .txt utf8',
  'application/json served page:json json any text lines richer - - 0 .json utf8',
  'application/octet-stream served - text string name lines - - - 0 .txt -',
  'application/pdf served - base64 string name bytes - - - 0 .txt -',
  'application/vnd.bokehjs_exec.v0+json served frame:bokeh json any name lines richer acts - 48 .json utf8',
  'application/vnd.bokehjs_load.v0+json served frame:bokeh-load json any name lines richer acts - 48 .json utf8',
  'application/vnd.dataresource+json served - json any name table richer - - 0 .json utf8',
  'application/vnd.jupyter.error+json served - json any name lines richer - - 0 .json utf8',
  'application/vnd.jupyter.stream+json served - json any name lines richer - - 0 .json utf8',
  'application/vnd.jupyter.widget-state+json served - json any name lines richer - - 0 .json utf8',
  'application/vnd.jupyter.widget-view+json served frame:widget json any name lines richer - - 48 .json utf8',
  'application/vnd.plotly.v1+json served frame:plotly json any name lines richer acts - 454 .json utf8',
  'application/vnd.vega.v5+json served frame:vega json any name lines richer acts - 320 .json utf8',
  'application/vnd.vega.v6+json served frame:vega json any name lines richer acts - 320 .json utf8',
  'application/vnd.vegalite.v5+json served frame:vega json any name lines richer acts - 320 .json utf8',
  'application/vnd.vegalite.v6+json served frame:vega json any name lines richer acts - 320 .json utf8',
  'audio/mpeg served - base64 string name bytes - - - 0 .txt -',
  'audio/ogg served - base64 string name bytes - - - 0 .txt -',
  'audio/wav served - base64 string name bytes - - - 0 .txt -',
  'image/avif served page:image base64 string picture pixels richer - - 0 .avif -',
  'image/bmp served page:image base64 string picture pixels richer - - 0 .bmp -',
  'image/gif served page:image base64 string picture pixels richer - - 0 .gif -',
  'image/jpeg served page:image base64 string picture pixels richer - - 0 .jpeg -',
  'image/png served page:image base64 string picture pixels richer - - 0 .png -',
  'image/svg+xml served page:image text lines picture lines richer - - 0 .svg -',
  'image/webp served page:image base64 string picture pixels richer - - 0 .webp -',
  'text/csv served page:text text lines text lines - - - 0 .txt utf8',
  'text/html served frame:html text lines name table richer acts code 48 .html utf8',
  'text/latex served page:markdown text lines text lines - - - 0 .txt utf8',
  'text/markdown served page:markdown text lines text lines - - - 0 .md utf8',
  'text/plain served page:text text lines text lines - - - 0 .txt utf8',
  'video/mp4 served - base64 string name bytes - - - 0 .txt -',
  'video/webm served - base64 string name bytes - - - 0 .txt -',
  'application/vnd.jupyter.error - - text string text lines - - - 0 .txt -',
  'text/javascript - frame:javascript text lines name lines - acts code 48 .txt utf8',
  'text/x-rst - page:text text lines text lines - - - 0 .txt utf8',
  'image/tiff - - base64 string name pixels richer - - 0 .tiff -',
  'application/x-unknown - - text string name lines - - - 0 .txt -',
  'application/vnd.vegalite.v4+json - frame:vega json any name lines richer acts - 320 .json utf8',
  'application/vnd.vegalite.v5.20+json - frame:vega json any name lines richer acts - 320 .json utf8',
  'application/vnd.vegalite.v6.json - frame:vega json string name lines richer acts - 320 .json utf8',
  'application/vnd.vega.v5.json - frame:vega json string name lines richer acts - 320 .json utf8',
  'application/vnd.foo+json - - json any name lines richer - - 0 .json utf8',
  'application/xml - - text string name lines - - - 0 .txt -',
  'audio/flac - - base64 string name bytes - - - 0 .txt -',
  'video/ogg - - base64 string name bytes - - - 0 .txt -',
  'chemical/x-pdb - - text string name lines - - - 0 .txt -',
]

function judged(mime: string): string {
  const form = chooseForm({ [mime]: 'x' })
  const drawn = mimeType(mime)?.drawn
  const isFramed = drawn?.by === 'frame'
  const where = isFramed ? `frame:${drawn.renderer}` : form === null ? '-' : `page:${form.drawer}`
  const file = isJsonInFile(mime) ? 'any' : isSplitInFile(mime) ? 'lines' : 'string'
  return [
    mime,
    SERVED_TYPES.has(mime) ? 'served' : '-',
    where,
    isJsonMime(mime) ? 'json' : isBinaryMime(mime) ? 'base64' : 'text',
    file,
    historyForm(mime),
    diffKind(mime),
    isRicherThanText(mime) ? 'richer' : '-',
    mayAct(mime) ? 'acts' : '-',
    runsCode(mime, '<script>') ? 'code' : '-',
    isFramed ? (mimeType(mime)?.heightPx ?? 48) : 0,
    `.${fileEnding(mime)}`,
    isUtf8Mime(mime) ? 'utf8' : '-',
  ].join(' ')
}

test.each(JUDGED)('%s', (line) => {
  expect(judged(line.split(' ')[0] ?? '')).toBe(line)
})

test('the table serves what it judges, and no other', () => {
  const served = JUDGED.filter((line) => line.split(' ')[1] === 'served').map((line) => line.split(' ')[0])
  expect([...SERVED_TYPES].sort()).toEqual(served.sort())
  for (const { names, served } of MIME_TYPES) for (const name of served) expect(name).toMatch(names)
})

test('every type that is drawn has a renderer in the place that the table names, and every renderer a type', () => {
  const named = (by: 'page' | 'frame') =>
    new Set(MIME_TYPES.flatMap(({ drawn }) => (drawn?.by === by ? [drawn.renderer] : [])))
  expect(new Set(RENDERERS.keys())).toEqual(named('frame'))
  expect(new Set(PAGE_RENDERERS.keys())).toEqual(named('page'))
})

test('markup and code without a script in it run nothing, and a frame keeps them from the page', () => {
  expect(runsCode('text/html', '<table>')).toBe(false)
  for (const mime of ['text/html', 'text/javascript', 'application/vnd.bokehjs_exec.v0+json'])
    expect(mimeType(mime)?.drawn?.by).toBe('frame')
})

test('searches and exports know the text form of a value', () => {
  const names = (list: readonly RegExp[]) =>
    ['text/latex', 'text/plain', 'text/markdown', 'text/html'].map((mime) =>
      list.findIndex((one) => one.test(mime)),
    )
  expect(names(SEARCHED_TYPES)).toEqual([-1, 1, 0, -1])
  expect(names(PRINTED_TYPES)).toEqual([2, 0, 1, -1])
})
