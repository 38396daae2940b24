/** pure. Answers of the contents service: models with their headers, and refusals with the statuses that clients expect. */
import type { Contents } from '../../../contract/contents-api.ts'
import type { Refusal } from '../../document/ports.ts'
import { contentsRefusalBody, type Reply } from '../../http/reply.ts'
import { isHidden } from './model.ts'

/** A model with its time, and its address where it was written. */
export function modelReply(model: Contents, { status = 200, isWritten = false } = {}): Reply {
  const location = isWritten ? { location: contentsUrl(model.path) } : {}
  const headers = { 'last-modified': new Date(model.last_modified).toUTCString(), ...location }
  return { kind: 'json', status, headers, body: model }
}

/** `reason` is a word for programs (`bad type`, `bad format`). */
export const badRequest = (message: string, reason?: string): Reply =>
  contentsRefusal({ code: 'badRequest', status: 400, message }, reason)

export const contentsRefusal = (refusal: Refusal, reason?: string): Reply => ({
  kind: 'json',
  status: refusal.status,
  body: contentsRefusalBody(refusal, reason),
})

/** Codes of what a client asked wrongly: Jupyter Server answers 400. */
const wrong: ReadonlySet<string> = new Set(['isFolder', 'special', 'intoItself', 'nameTooLong'])

/** A refusal of the disk or of documents. What is hidden cannot be written. */
export function refusedReply(refusal: Refusal): Reply {
  const isWrong = isHidden(refusal) || wrong.has(refusal.code)
  return contentsRefusal(isWrong ? { ...refusal, status: 400 } : refusal)
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** The address of a file or folder in this service. */
export const contentsUrl = (path: string, ...more: readonly string[]): string =>
  ['/api/contents', ...(path === '' ? [] : [encoded(path)]), ...more].join('/')
