/** Stored bytes by digest. Invariant: they are shown and never run: a fixed list of types, and a policy that sandboxes. */
import { z } from 'zod'
import { Digest } from '../../../contract/ids.ts'
import type { ObjectStore } from '../../store/ports.ts'
import { inertPolicy } from '../policy.ts'
import { refuse } from '../reply.ts'
import { badRequest, parse, type Route } from '../route.ts'

/** What the caller may name the bytes; anything else is refused rather than guessed. */
export const servedTypes: ReadonlySet<string> = new Set([
  'application/geo+json',
  'application/javascript',
  'application/json',
  'application/octet-stream',
  'application/pdf',
  'application/vnd.bokehjs_exec.v0+json',
  'application/vnd.bokehjs_load.v0+json',
  'application/vnd.dataresource+json',
  'application/vnd.jupyter.error+json',
  'application/vnd.jupyter.stream+json',
  'application/vnd.jupyter.widget-state+json',
  'application/vnd.jupyter.widget-view+json',
  'application/vnd.plotly.v1+json',
  'application/vnd.vega.v5+json',
  'application/vnd.vega.v6+json',
  'application/vnd.vegalite.v5+json',
  'application/vnd.vegalite.v6+json',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/svg+xml',
  'image/webp',
  'text/csv',
  'text/html',
  'text/latex',
  'text/markdown',
  'text/plain',
  'video/mp4',
  'video/webm',
])

const Query = z.object({ mime: z.string().default('application/octet-stream') })

export function objectRoutes(objects: Pick<ObjectStore, 'get'>): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/objects/:digest',
      handle: async (call) => {
        const digest = parse(Digest, call.params.digest)
        if (!digest.ok) return digest.reply
        const query = parse(Query, call.query)
        if (!query.ok) return query.reply
        const { mime } = query.value
        if (!servedTypes.has(mime))
          return refuse(badRequest(`“${mime}” is not a type that objects are served as.`))
        const body = await objects.get(digest.value)
        if (!body)
          return refuse({ code: 'missing', status: 404, message: `There is no object ${digest.value}.` })
        return { kind: 'bytes', body, headers: headersFor(mime) }
      },
    },
  ]
}

/** A digest names its bytes for ever; `private`, as they are the project's. */
function headersFor(mime: string): Readonly<Record<string, string>> {
  const isText = mime.startsWith('text/') || mime.endsWith('json') || mime.endsWith('javascript')
  return {
    'content-type': isText ? `${mime}; charset=utf-8` : mime,
    'cache-control': 'private, max-age=31536000, immutable',
    'content-security-policy': inertPolicy,
  }
}
