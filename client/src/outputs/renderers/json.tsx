/** `application/json`, as a tree. */
import { JsonTree } from '../JsonTree.tsx'
import { LoadedValue } from '../LoadedValue.tsx'
import type { PageForm } from '../page-renderers.ts'

export function Renderer({ mime, value }: PageForm) {
  return (
    <LoadedValue mime={mime} value={value}>
      {(text) => <JsonTree text={text} />}
    </LoadedValue>
  )
}
