/** What a viewer of files is. `viewers.ts` lists them. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import type { ComponentType } from 'react'

export interface ViewerProps {
  readonly entry: FileEntry
  readonly bytes: Blob
  /** Shows the file as one that cannot be viewed, for this reason. */
  readonly onUnreadable: (why: string) => void
}

export interface Viewer {
  readonly extensions: readonly string[]
  /** Bytes of the largest file that it shows. */
  readonly limit: number
  /** True if the file is text as well, which a person may want to edit. */
  readonly isText: boolean
  readonly Content: ComponentType<ViewerProps>
}
