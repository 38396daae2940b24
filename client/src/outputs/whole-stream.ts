/** A long stream whole: the pages that are not in the document, then what is. */
import type { StreamHead } from '@yesterday/server/contract/document.ts'
import { objectUrl } from '../api/api.ts'
import { withoutAnsi } from './ansi.ts'

/** All of it as plain text, page by page; throws where a page cannot be had. */
export async function wholeStream({ pages }: StreamHead, tail: string): Promise<Blob> {
  const parts: string[] = []
  for (const { digest } of pages) {
    const response = await fetch(objectUrl(digest, 'text/plain'))
    if (!response.ok) throw new Error(`object ${digest}: ${response.status}`)
    parts.push(withoutAnsi(await response.text()))
  }
  return new Blob([...parts, withoutAnsi(tail)], { type: 'text/plain' })
}
