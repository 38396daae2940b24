/** pure. How the page shows a file, by its name and size. */
import { extensionOf } from '../files/tree.ts'

/** `text`: in an editor. `image`: drawn. `other`: offered as a download. `large`: text that is too long for an editor. */
export type FileKind = 'text' | 'image' | 'other' | 'large'

/** Bytes of the longest text that is opened. */
export const TEXT_LIMIT = 5 * 1024 * 1024

const IMAGES = new Set('png jpg jpeg gif webp avif bmp ico svg'.split(' '))
/** Never text, and often large: not even read. */
const BINARIES = new Set(
  'parquet feather arrow npy npz pkl pickle pt pth h5 hdf5 safetensors onnx db sqlite duckdb zip gz bz2 xz zst tar 7z whl jar pdf xlsx xls docx pptx mp3 mp4 mov wav ogg webm so dll exe bin'.split(
    ' ',
  ),
)

export function kindOf(path: string, size: number): FileKind {
  const extension = extensionOf(path)
  if (IMAGES.has(extension)) return 'image'
  if (BINARIES.has(extension)) return 'other'
  return size > TEXT_LIMIT ? 'large' : 'text'
}

/** Monaco's language, as far as the page has it. */
export function languageOf(path: string): string {
  const extension = extensionOf(path)
  if (extension === 'py' || extension === 'pyi') return 'python'
  return extension === 'md' ? 'markdown' : 'plaintext'
}

/** The MIME type of an image. `img` runs no script of an SVG. */
export function imageType(path: string): string {
  const extension = extensionOf(path)
  if (extension === 'svg') return 'image/svg+xml'
  if (extension === 'jpg') return 'image/jpeg'
  return extension === 'ico' ? 'image/x-icon' : `image/${extension}`
}

export interface Text {
  readonly text: string
  /** The file's line ends and byte order mark, given back on saving. */
  readonly eol: '\n' | '\r\n'
  readonly hasBom: boolean
}

const BOM = '\u{feff}'

/** Null where the bytes are no text in UTF-8. */
export function decodeText(bytes: Uint8Array): Text | null {
  try {
    const whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (whole.includes('\0')) return null
    const hasBom = whole.startsWith(BOM)
    const text = hasBom ? whole.slice(1) : whole
    return { text: text.replace(/\r\n/g, '\n'), eol: text.includes('\r\n') ? '\r\n' : '\n', hasBom }
  } catch {
    return null
  }
}

/** The inverse of `decodeText`, but for files that mix line ends: all become `eol`. */
export function encodeText({ text, eol, hasBom }: Text): string {
  return (hasBom ? BOM : '') + (eol === '\n' ? text : text.replace(/\n/g, '\r\n'))
}
