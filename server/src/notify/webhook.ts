/**
 * Sends one notification to a webhook. The body is signed: `X-Yesterday-Signature: t=SECONDS,v1=HEX`, where HEX is
 * HMAC-SHA256 of `SECONDS.BODY` under the person's secret. Invariant: it ends within a time, follows no redirect, and reads
 * nothing of the answer but its status.
 */
import { createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { checkLiteral, publicLookup } from './public-address.ts'

export interface WebhookOptions {
  /** Addresses of this machine and its networks as well. */
  readonly allowPrivate: boolean
  readonly timeoutMs?: number
  readonly now?: () => number
}

const TIMEOUT_MS = 10_000

/** The signature of a body that is sent at this moment, in seconds. */
export const signatureOf = (secret: string, seconds: number, body: string): string =>
  createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')

/** Settles when the receiver answered with a status of success; rejects with the reason otherwise. */
export function sendWebhook(
  url: string,
  secret: string,
  id: string,
  body: string,
  { allowPrivate, timeoutMs = TIMEOUT_MS, now = Date.now }: WebhookOptions,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const target = new URL(url)
  if (!allowPrivate) checkLiteral(target.hostname)
  const seconds = Math.floor(now() / 1000)
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  const sent = send(target, {
    method: 'POST',
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    ...(allowPrivate ? {} : { lookup: publicLookup }),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'yesterday',
      'x-yesterday-delivery': id,
      'x-yesterday-signature': `t=${seconds},v1=${signatureOf(secret, seconds, body)}`,
    },
  })
  sent.on('error', (error) => reject(error.name === 'AbortError' ? new Error('no answer in time') : error))
  sent.on('response', (response) => {
    const { statusCode = 0 } = response
    response.destroy()
    if (statusCode >= 200 && statusCode < 300) resolve()
    else reject(new Error(`the receiver answered ${statusCode}`))
  })
  sent.end(body)
  return promise
}
