/** Text, with the colours of a terminal. */

import { LoadedValue } from '../LoadedValue.tsx'
import type { PageForm } from '../page-renderers.ts'
import { TextOutput } from '../TextOutput.tsx'

export function Renderer({ mime, value }: PageForm) {
  return (
    <LoadedValue mime={mime} value={value}>
      {(text) => <TextOutput text={text} />}
    </LoadedValue>
  )
}
