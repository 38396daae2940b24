/**
 * What a route answers, as a value. Invariant: routes decide and never touch the response; `perform` alone does, so
 * that refusals and errors become answers in one place.
 */
import type { ServerResponse } from 'node:http'
import type { Response } from 'express'
import type { Refusal } from '../document/ports.ts'

/** The answer of a route. */
export type Reply =
  | { readonly kind: 'json'; readonly body: unknown; readonly status?: number; readonly headers?: Headers }
  | { readonly kind: 'bytes'; readonly body: string | Uint8Array; readonly headers: Headers }
  /** A file of the disk, by absolute path, streamed. */
  | { readonly kind: 'file'; readonly absolute: string; readonly headers: Headers }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
type Headers = Readonly<Record<string, string>>

export const json = (body: unknown, status = 200): Reply => ({ kind: 'json', body, status })
export const refuse = (refusal: Refusal): Reply => ({ kind: 'refused', refusal })

/** The refusal as the wire carries it (`ApiError` of the contract). */
export function refusalBody(refusal: Refusal): { readonly error: Omit<Refusal, 'status'> } {
  const { code, message, hint } = refusal
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) } }
}

/** Sends a reply; settles when a file was sent, rejects when it could not be. */
export async function perform(response: Response, reply: Reply): Promise<void> {
  switch (reply.kind) {
    case 'json':
      response
        .status(reply.status ?? 200)
        .set(reply.headers ?? {})
        .set('cache-control', 'no-store')
        .json(reply.body)
      return
    case 'bytes':
      response.set(reply.headers).end(reply.body)
      return
    case 'file':
      response.set(reply.headers)
      await sendFile(response, reply.absolute)
      return
    case 'refused':
      response.status(reply.refusal.status).set('cache-control', 'no-store').json(refusalBody(reply.refusal))
  }
}

/** `dotfiles: allow` speaks of the folders above the project; what lies in it was checked by `locate`. */
function sendFile(response: Response, absolute: string): Promise<void> {
  return new Promise((resolve, reject) => {
    response.sendFile(absolute, { dotfiles: 'allow', cacheControl: false }, (error) => {
      if (!error || clientLeft(response)) resolve()
      else reject(error)
    })
  })
}

const clientLeft = (response: ServerResponse): boolean => response.destroyed || response.headersSent

/** `attachment` with a name that every browser reads (RFC 6266, RFC 8187). */
export function attachment(name: string): Headers {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  return {
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'no-store',
  }
}
