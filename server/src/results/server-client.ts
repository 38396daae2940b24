/** A program's requests to the server that has its project. Each throws where the server cannot be reached or fails. */
import { ApiError, OpenedNotebook } from '../../contract/http.ts'
import { Checkpoint } from '../../contract/past.ts'
import type { PublishedResults } from '../../contract/results.ts'
import { type ReadNotebook, readNotebook } from '../document/ipynb-read.ts'
import type { Refusal } from '../document/ports.ts'
import type { Holder } from '../user/server-lock.ts'

/** A server that does not answer within this time counts as gone, ms. */
const ANSWER_MS = 60_000

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal }

export class ServerClient {
  readonly #origin: string
  readonly #token: string

  constructor({ host, port, programToken }: Holder) {
    this.#origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    this.#token = programToken
  }

  async open(path: string): Promise<Answer<OpenedNotebook>> {
    const answer = await this.#ask('/api/notebooks/open', { path })
    return answer.ok ? { ok: true, value: OpenedNotebook.parse(await answer.value.json()) } : answer
  }

  /** The notebook as it is in the server, with edits that its file does not have yet, and with its code as it is typed. */
  async read(path: string): Promise<Answer<ReadNotebook>> {
    const place = path.split('/').map(encodeURIComponent).join('/')
    const answer = await this.#ask(`/api/export/${place}?format=ipynb&secrets=kept`)
    if (!answer.ok) return answer
    const read = readNotebook(new Uint8Array(await answer.value.arrayBuffer()))
    return read.ok ? { ok: true, value: read } : read
  }

  async publish(documentId: string, results: PublishedResults): Promise<Answer<null>> {
    const answer = await this.#ask(`/api/notebooks/${documentId}/results`, results)
    return answer.ok ? { ok: true, value: null } : answer
  }

  async restoreCheckpoint(id: string, notebook: string): Promise<Answer<Checkpoint>> {
    const answer = await this.#ask(`/api/past/checkpoints/${id}/restore`, { notebook })
    return answer.ok ? { ok: true, value: Checkpoint.parse(await answer.value.json()) } : answer
  }

  /** The JSON that a route answers. */
  async get(path: string): Promise<Answer<unknown>> {
    const answer = await this.#ask(path)
    return answer.ok ? { ok: true, value: await answer.value.json() } : answer
  }

  async post(path: string, body: unknown): Promise<Answer<unknown>> {
    const answer = await this.#ask(path, body)
    return answer.ok ? { ok: true, value: await answer.value.json() } : answer
  }

  async delete(path: string): Promise<Answer<unknown>> {
    const answer = await this.#ask(path, undefined, 'DELETE')
    return answer.ok ? { ok: true, value: await answer.value.json() } : answer
  }

  async #ask(
    path: string,
    body?: unknown,
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<Answer<Response>> {
    const answer = await fetch(this.#origin + path, {
      method,
      headers: { authorization: `token ${this.#token}`, 'content-type': 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.ok) return { ok: true, value: answer }
    const { status } = answer
    // Another server has come in place of the one that the lock named, or this one failed: asked again later.
    if (status === 401 || status >= 500) throw new Error(`the server answered ${status}`)
    const error = ApiError.safeParse(await answer.json().catch(() => null)).data?.error
    const { code, message, hint } = error ?? { code: 'refused', message: `The server answered ${status}.` }
    return { ok: false, refusal: { code, status, message, ...(hint === undefined ? {} : { hint }) } }
  }
}
