/** The renderers of the page, by the names of the MIME table (contract/mime.ts). Each is a file of `renderers`. */
import type { ComponentType } from 'react'
import type { MimeBundle } from './output.ts'

/** A form to draw. `data` holds the other forms of the value. */
export interface PageForm {
  readonly mime: string
  readonly value: unknown
  readonly data: MimeBundle
}
export type PageRenderer = ComponentType<PageForm>

const FILES = import.meta.glob<PageRenderer>('./renderers/*.tsx', { eager: true, import: 'Renderer' })

/** By name: `./renderers/json.tsx` is `json`. */
export const PAGE_RENDERERS: ReadonlyMap<string, PageRenderer> = new Map(
  Object.entries(FILES).map(([path, renderer]) => [path.replace(/^.*\/(.*)\.tsx$/, '$1'), renderer]),
)
