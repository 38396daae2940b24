/**
 * What a route answers, as a value. Invariant: routes decide and never touch the response; `perform` alone does, so
 * that refusals and errors become answers in one place.
 */
import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { ContentsError } from '../../contract/http.ts'
import type { Refusal } from '../document/ports.ts'
import { pageBelow } from './base.ts'
import { languageOf } from './page-words.ts'
import { refusalPage } from './pages.ts'
import { plainPagePolicy } from './policy.ts'

/** The answer of a route. */
export type Reply =
  /** The body is an object or a list: `null` never means success. Without `status`, the route's. */
  | { readonly kind: 'json'; readonly body: object; readonly status?: number; readonly headers?: Headers }
  /** No content: status 204. */
  | { readonly kind: 'empty'; readonly headers: Headers }
  | { readonly kind: 'bytes'; readonly body: string | Uint8Array; readonly headers: Headers }
  /** A page without script, or where to go: `location` in `headers`, with status 303. */
  | { readonly kind: 'page'; readonly status: number; readonly html: string; readonly headers: Headers }
  /** An open file, streamed and closed. */
  | { readonly kind: 'opened'; readonly file: FileHandle; readonly headers: Headers }
  /** A file of the built client, by absolute path, streamed. */
  | { readonly kind: 'file'; readonly absolute: string; readonly headers: Headers }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
type Headers = Readonly<Record<string, string>>

export const json = (body: object): Reply => ({ kind: 'json', body })
export const refuse = (refusal: Refusal): Reply => ({ kind: 'refused', refusal })

/** The refusal as the wire carries it (`ApiError` of the contract). */
export function refusalBody(refusal: Refusal): { readonly error: Omit<Refusal, 'status'> } {
  const { code, message, hint } = refusal
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) } }
}

/** The refusal as clients of `/api/contents` read it. */
export function contentsRefusalBody(refusal: Refusal, reason: string = refusal.code): ContentsError {
  const { message, hint } = refusal
  return { error: message, message, reason, ...(hint === undefined ? {} : { hint }) }
}

const CONTENTS = /^\/api\/contents(?:\/|$)/i

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
    case 'empty':
      response.status(204).set(reply.headers).end()
      return
    case 'bytes':
      response.set(reply.headers).end(reply.body)
      return
    case 'page':
      sendPage(response, reply)
      return
    case 'opened':
      response.set(reply.headers)
      await sendOpened(response, reply.file)
      return
    case 'file':
      response.set(reply.headers)
      await sendFile(response, reply.absolute)
      return
    case 'refused':
      sendRefusal(response, reply.refusal)
  }
}

/** JSON for programs and for the app; for an address that a browser opened, a page. */
export function sendRefusal(response: Response, refusal: Refusal): void {
  const { req: request } = response
  response.status(refusal.status).set('cache-control', 'no-store').vary('Accept').vary('Accept-Language')
  // Whatever asks for anything, as `fetch` does, gets the first.
  if (request.accepts(['json', 'html']) !== 'html') {
    response.json(CONTENTS.test(request.path) ? contentsRefusalBody(refusal) : refusalBody(refusal))
    return
  }
  response.set('content-security-policy', plainPagePolicy).type('html')
  response.send(pageBelow(request.baseUrl, refusalPage(refusal, languageOf(request))))
}

function sendPage(response: Response, { status, html, headers }: Extract<Reply, { kind: 'page' }>): void {
  const { baseUrl } = response.req
  const { location } = headers
  response.status(status).type('html').set(headers)
  // A location elsewhere is that of a provider.
  if (location?.startsWith('/')) response.set('location', `${baseUrl}${location}`)
  response.end(pageBelow(baseUrl, html))
}

/** Sends a file, or the one range of it that was asked for (RFC 9110, 14). It is closed in any case. */
async function sendOpened(response: Response, file: FileHandle): Promise<void> {
  try {
    const { size } = await file.stat()
    const ranges = response.req.range(size, { combine: true }) ?? -2
    const [range] = typeof ranges === 'number' || ranges.type !== 'bytes' ? [] : ranges
    response.set('accept-ranges', 'bytes')
    if (ranges === -1) {
      response.status(416).set('content-range', `bytes */${size}`).end()
      return
    }
    const { start, end } = range ?? { start: 0, end: size - 1 }
    if (range !== undefined) response.status(206).set('content-range', `bytes ${start}-${end}/${size}`)
    response.set('content-length', String(end - start + 1))
    if (response.req.method === 'HEAD' || size === 0) response.end()
    else await pipeline(file.createReadStream({ start, end, autoClose: false }), response)
  } catch (error) {
    if (!clientLeft(response)) throw error
  } finally {
    await file.close()
  }
}

/** `dotfiles: allow` is for the folders above the project; paths inside it were checked by `locate`. */
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
