/** `text/markdown` and `text/latex`. */
import { lazy } from 'react'
import { LoadedValue } from '../LoadedValue.tsx'
import type { PageForm } from '../page-renderers.ts'

const Markdown = lazy(async () => ({ default: (await import('../../markdown/Markdown.tsx')).Markdown }))

export function Renderer({ mime, value }: PageForm) {
  return (
    <LoadedValue mime={mime} value={value}>
      {(text) => <Markdown source={text} />}
    </LoadedValue>
  )
}
