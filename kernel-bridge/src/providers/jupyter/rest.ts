/**
 * The server's kernels over HTTP (https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html). Invariant:
 * answers are bounded, and checked before they are used; the token goes into a header, never into an address.
 */
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { z } from 'zod'
import type { JsonObject } from '../../message.ts'
import type { JupyterServer } from './server.ts'

const ANSWER_BYTES = 4 * 1024 * 1024

const Model = z.object({ id: z.string().regex(/^[\w-]{1,100}$/), execution_state: z.string().optional() })
export type KernelModel = z.infer<typeof Model>

const Specs = z.object({
  kernelspecs: z.record(
    z.string().max(200),
    z.object({
      name: z.string().max(200),
      spec: z.object({
        display_name: z.string().max(200).optional(),
        language: z.string().max(100).optional(),
        metadata: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null).optional(),
      }),
    }),
  ),
})
export type RemoteSpecs = z.infer<typeof Specs>['kernelspecs']

/** The server said no, or could not be asked. The message is for people. */
export class ServerError extends Error {
  /** Null where no answer came. */
  readonly status: number | null

  constructor(message: string, status: number | null) {
    super(message)
    this.status = status
  }
}

export class JupyterRest {
  readonly #server: JupyterServer

  constructor(server: JupyterServer) {
    this.#server = server
  }

  /** Rejects where it does not answer. */
  async answers(): Promise<true> {
    await this.#call('GET', 'api/status')
    return true
  }

  async specs(): Promise<RemoteSpecs> {
    return this.#asked(Specs, await this.#call('GET', 'api/kernelspecs')).kernelspecs
  }

  async start(name: string): Promise<KernelModel> {
    return this.#asked(Model, await this.#call('POST', 'api/kernels', { name }))
  }

  /** Null for a kernel that is not there. */
  async model(kernel: string): Promise<KernelModel | null> {
    try {
      return this.#asked(Model, await this.#call('GET', `api/kernels/${kernel}`))
    } catch (error) {
      if (error instanceof ServerError && error.status === 404) return null
      throw error
    }
  }

  async interrupt(kernel: string): Promise<void> {
    await this.#call('POST', `api/kernels/${kernel}/interrupt`)
  }

  /** False if it was not there. */
  async shutdown(kernel: string): Promise<boolean> {
    try {
      await this.#call('DELETE', `api/kernels/${kernel}`)
      return true
    } catch (error) {
      if (error instanceof ServerError && error.status === 404) return false
      throw error
    }
  }

  #asked<T>(schema: z.ZodType<T>, text: string): T {
    const { title, url } = this.#server
    const read = schema.safeParse(parsed(text))
    if (read.success) return read.data
    throw new ServerError(
      `${title} does not answer as a Jupyter server does. Check its address: ${url}`,
      null,
    )
  }

  /** The body of a good answer. */
  #call(method: string, path: string, body?: JsonObject): Promise<string> {
    const { url, token, ca, socketPath, timeoutMs } = this.#server
    const target = new URL(path, url)
    const options = {
      method,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(token === '' ? {} : { authorization: `token ${token}` }),
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(ca === null ? {} : { ca }),
      ...(socketPath === null ? {} : { socketPath }),
    }
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(this.#unreachable(error))
      const send = target.protocol === 'https:' ? tlsRequest : plainRequest
      const request = send(target, options, (answer) => {
        const parts: Buffer[] = []
        let bytes = 0
        answer.on('data', (part: Buffer) => {
          bytes += part.byteLength
          if (bytes > ANSWER_BYTES) answer.destroy(new Error('its answer is too long'))
          else parts.push(part)
        })
        answer.on('error', fail)
        answer.on('end', () => {
          const { statusCode = 0 } = answer
          if (statusCode >= 200 && statusCode < 300) resolve(Buffer.concat(parts).toString('utf8'))
          else reject(this.#refused(statusCode))
        })
      })
      request.on('error', fail)
      request.end(body === undefined ? '' : JSON.stringify(body))
    })
  }

  #unreachable(error: unknown): ServerError {
    const { title, timeoutMs } = this.#server
    const why =
      error instanceof Error && error.name === 'TimeoutError'
        ? `no answer within ${timeoutMs / 1000} s`
        : whyOf(error)
    return new ServerError(`${title} cannot be reached: ${why}.`, null)
  }

  #refused(status: number): ServerError {
    const { title } = this.#server
    if (status === 401 || status === 403)
      return new ServerError(`${title} refuses the token. Enter a new one.`, status)
    return new ServerError(`${title} answers with status ${status}.`, status)
  }
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return WORDS[code] ?? (error.message || code)
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its host name is not known',
  ECONNRESET: 'the connection was closed',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; add the certificate as its CA',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority; add that as its CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority; add that as its CA',
  CERT_HAS_EXPIRED: 'its certificate has expired',
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
