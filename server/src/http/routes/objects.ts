/**
 * Stored bytes by digest. Invariant: they are shown and never run: a fixed list of types (contract/mime.ts), and a policy
 * that sandboxes.
 */
import { fileApi } from '../../../contract/file-api.ts'
import { isUtf8Mime, SERVED_TYPES } from '../../../contract/mime-rules.ts'
import type { ObjectStore } from '../../store/ports.ts'
import { inertPolicy } from '../policy.ts'
import { refuse } from '../reply.ts'
import { badRequest, on, type Route } from '../route.ts'

export function objectRoutes(objects: Pick<ObjectStore, 'get'>): readonly Route[] {
  return [
    on(fileApi.object, async ({ params: { digest }, query: { mime } }) => {
      if (!SERVED_TYPES.has(mime))
        return refuse(badRequest(`“${mime}” is not a type that objects are served as.`))
      const body = await objects.get(digest)
      if (!body) return refuse({ code: 'missing', status: 404, message: `There is no object ${digest}.` })
      return { kind: 'bytes', body, headers: headersFor(mime) }
    }),
  ]
}

/** A digest names its bytes for ever; `private`, as they are the project's. */
function headersFor(mime: string): Readonly<Record<string, string>> {
  return {
    'content-type': isUtf8Mime(mime) ? `${mime}; charset=utf-8` : mime,
    'cache-control': 'private, max-age=31536000, immutable',
    'content-security-policy': inertPolicy,
  }
}
