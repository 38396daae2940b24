/**
 * pure. What follows from the table of MIME types (mime.ts). A name that is not in the table is judged by its family:
 * `text/*` is text, `image/*`, `audio/*` and `video/*` are bytes, `…json` is JSON; nothing else of it is known.
 */
import { MIME_TYPES, type MimeType, PLAIN_TEXT } from './mime.ts'

/** The row of a type; undefined if the table has none. */
export const mimeType = (mime: string): MimeType | undefined =>
  MIME_TYPES.find(({ names }) => names.test(mime))

/** What draws a form: `widget` and `frame` are the sandbox, all others are renderers of the page. */
export type Drawer = string

/** A form that can be drawn: its type, its drawer, its value. */
export interface Form {
  readonly mime: string
  readonly drawer: Drawer
  readonly value: unknown
}

/** The form of a value to draw: the first row of the table that it has, else any text. Null if none can be drawn. */
export function chooseForm(data: Readonly<Record<string, unknown>>): Form | null {
  const present = Object.keys(data)
  for (const { names, drawn, valueIn } of MIME_TYPES) {
    const mime = drawn === undefined ? undefined : present.find((key) => names.test(key))
    if (mime !== undefined) return { mime, drawer: drawerOf(drawn), value: data[valueIn ?? mime] ?? '' }
  }
  const text = present.find((key) => key.startsWith('text/'))
  return text === undefined ? null : { mime: text, drawer: 'text', value: data[text] }
}

function drawerOf(drawn: MimeType['drawn']): Drawer {
  if (drawn === undefined) return 'text'
  return drawn.by === 'page' || drawn.renderer === 'widget' ? drawn.renderer : 'frame'
}

/** Names under which objects are served. */
export const SERVED_TYPES: ReadonlySet<string> = new Set(MIME_TYPES.flatMap(({ served }) => served))

/** Whether drawing it may run code or reach the network. Widgets are the kernel's own and are not meant. */
export function mayAct(mime: string): boolean {
  const drawn = mimeType(mime)?.drawn
  return drawn !== undefined && drawn.by === 'frame' && drawn.renderer !== 'widget'
}

/** Whether the value is JSON of any shape. */
export const isJsonMime = (mime: string): boolean => /^application\/(?:json$|.*[+.]json$)/.test(mime)

/** Whether the value is base64 of bytes. */
export const isBinaryMime = (mime: string): boolean =>
  mime === 'application/pdf' || (/^(image|audio|video)\//.test(mime) && mime !== 'image/svg+xml')

/** Whether it is any kind of picture. */
export const isImageMime = (mime: string): boolean => mime.startsWith('image/')

/** Whether it is a picture whose name is safe in a data URL. */
export const isEmbeddableImage = (mime: string): boolean => /^image\/[\w.+-]+$/.test(mime)

/** Whether its bytes are UTF-8, as the `content-type` says. */
export const isUtf8Mime = (mime: string): boolean =>
  mime.startsWith('text/') || mime.endsWith('json') || mime.endsWith('javascript')

/** Whether nbformat 4 allows any JSON as its value; all others are text. */
export const isJsonInFile = (mime: string): boolean => /^application\/(.*\+)?json$/.test(mime)

/** Whether nbformat's own writer splits its text into lines. */
export const isSplitInFile = (mime: string): boolean =>
  mime.startsWith('text/') || mime === 'image/svg+xml' || mime === 'application/javascript'

/** How the history shows it. */
export function historyForm(mime: string): 'picture' | 'text' | 'name' {
  const row = mimeType(mime)
  if (row === undefined) return mime.startsWith('text/') ? 'text' : 'name'
  return row.history ?? 'name'
}

/** How two outputs of this type are compared. The pixels of what is not PNG are not read: they are equal or not. */
export function diffKind(mime: string): 'pixels' | 'table' | 'bytes' | 'lines' {
  const stated = mimeType(mime)?.diff
  if (stated !== undefined) return stated
  if (!isBinaryMime(mime)) return 'lines'
  return isImageMime(mime) ? 'pixels' : 'bytes'
}

/** Whether a comparison needs no plain text beside it: it shows the same value in more detail. */
export const isRicherThanText = (mime: string): boolean =>
  diffKind(mime) === 'table' || isImageMime(mime) || mime.endsWith('json')

/** The types that a search looks in, richest first. */
export const SEARCHED_TYPES: readonly RegExp[] = MIME_TYPES.filter(
  ({ isSearched }) => isSearched === true,
).map(({ names }) => names)

/** The text forms that an export without scripts prints, the preferred first. */
export const PRINTED_TYPES: readonly RegExp[] = MIME_TYPES.flatMap(({ printed, names }) =>
  printed === undefined ? [] : [{ printed, names }],
)
  .toSorted((a, b) => a.printed - b.printed)
  .map(({ names }) => names)

/** Whether drawing this value in a frame runs code of its own, which leaves traces there. */
export function runsCode(mime: string, value: string): boolean {
  const runs = mimeType(mime)?.runs
  return runs === 'always' || (runs === 'scripts' && /<script/i.test(value))
}

/** Ending of the file in which a value is saved, without the dot. */
export function fileEnding(mime: string): string {
  const stated = mimeType(mime)?.ending
  if (stated !== undefined) return stated
  if (isImageMime(mime)) return mime.slice('image/'.length).split('+')[0] ?? ''
  return mime.endsWith('json') ? 'json' : 'txt'
}

/** Whether it is the plain form of a value. */
export const isPlainText = (mime: string): boolean => mime === PLAIN_TEXT
