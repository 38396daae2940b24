/** A value of an output, fetched when it is a reference. Objects never change, so the browser's cache keeps them. */
import { isObjectReference, type ObjectReference } from '@yesterday/server/contract/document.ts'
import { normalJson, unescapeJson } from '@yesterday/server/contract/json.ts'
import { isBinaryMime } from '@yesterday/server/contract/mime-rules.ts'
import { useEffect, useState } from 'react'
import { objectUrl } from '../api/api.ts'

/** The state of a value on its way. */
export type Loaded<Value> =
  | { readonly at: 'here'; readonly value: Value }
  | { readonly at: 'loading'; readonly size: number }
  | { readonly at: 'failed' }

const asText = (value: unknown): string => {
  if (typeof value === 'string') return value
  const isLines = Array.isArray(value) && value.every((line) => typeof line === 'string')
  return isLines ? value.join('') : JSON.stringify(unescapeJson(normalJson(value)), null, 2)
}

/** The text of a value: joined lines, JSON written out, or the bytes of a reference. */
export function useText(value: unknown): Loaded<string> {
  const reference = isObjectReference(value) ? value : null
  const fetched = useFetched(reference)
  return reference === null ? { at: 'here', value: asText(value) } : fetched
}

function useFetched(reference: ObjectReference | null): Loaded<string> {
  const [state, setState] = useState<Loaded<string>>({ at: 'loading', size: 0 })
  const digest = reference?.['yesterday.object'].digest
  const size = reference?.['yesterday.object'].size ?? 0
  useEffect(() => {
    if (digest === undefined) return
    const gone = new AbortController()
    setState({ at: 'loading', size })
    fetchText(digest, gone.signal).then(
      (value) => setState({ at: 'here', value }),
      () => gone.signal.aborted || setState({ at: 'failed' }),
    )
    return () => gone.abort()
  }, [digest, size])
  return state
}

async function fetchText(digest: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(objectUrl(digest), { signal })
  if (!response.ok) throw new Error(`object ${digest}: ${response.status}`)
  return await response.text()
}

/** Where an image's bytes are: in the value, or at the server. */
export function imageUrl(mime: string, value: unknown): string {
  if (isObjectReference(value)) return objectUrl(value['yesterday.object'].digest, mime)
  if (!isBinaryMime(mime)) return `data:${mime};utf8,${encodeURIComponent(asText(value))}`
  return `data:${mime};base64,${asText(value).replace(/\s/g, '')}`
}
