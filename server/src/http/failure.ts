/** pure. An error that no route expected, as an answer: what failed, where, and what to do. */
import type { Refusal } from '../document/ports.ts'
import { errorCode } from '../files/disk-error.ts'
import { StoreError, type StoreErrorCode } from '../store/errors.ts'

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

/** `request` names what was asked, for a person. */
export function refusalOf(error: unknown, request: string): Refusal {
  if (error instanceof StoreError) return storeRefusal(error)
  if (FULL.has(errorCode(error) ?? ''))
    return {
      code: 'diskFull',
      status: 507,
      message: `The disk of the server is full: ${request} could not be stored.`,
      hint: 'Free some space and try again.',
    }
  const status = statusOf(error)
  if (status < 500) {
    const reason = error instanceof Error ? error.message : String(error)
    return { code: 'badRequest', status, message: `${request} cannot be read: ${reason}` }
  }
  return {
    code: 'failed',
    status,
    message: `The server failed while it answered ${request}.`,
    hint: 'The terminal in which Yesterday runs shows the reason. Try again; if it fails again, report it.',
  }
}

/** Statuses of what the storage refuses. */
const storeStatus: Readonly<Partial<Record<StoreErrorCode, number>>> = {
  'disk-full': 507,
  'read-only': 403,
  untrusted: 403,
  busy: 503,
  gone: 503,
  closed: 503,
  conflict: 409,
  'no-document': 404,
  'no-store': 404,
}

function storeRefusal({ code, message, hint }: StoreError): Refusal {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
  return { code, status: storeStatus[code] ?? 500, message: sentence, hint }
}

/** Errors of the body parser and of sending files carry the status that fits. */
function statusOf(error: unknown): number {
  if (error instanceof URIError) return 400
  if (typeof error !== 'object' || error === null || !('status' in error)) return 500
  return typeof error.status === 'number' && error.status >= 400 && error.status < 600 ? error.status : 500
}
