/** pure. What the disk refused, in words for a person, with what to do. Errors that nobody expects are thrown on. */
import type { Refusal } from '../document/ports.ts'

export const missing = (path: string): Refusal => ({
  code: 'missing',
  status: 404,
  message: `There is no “${path}” in this project.`,
})
export const exists = (path: string): Refusal => ({
  code: 'exists',
  status: 409,
  message: `“${path}” exists already.`,
  hint: 'Choose another name.',
})
export const notServed = (path: string): Refusal => ({
  code: 'notServed',
  status: 403,
  message: `“${path}” is not served: hidden files and what lies outside the project folder stay closed.`,
})

/** The `code` of a Node system error; null for anything else. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

const known: Readonly<Record<string, (path: string) => Refusal>> = {
  ENOENT: missing,
  ENOTDIR: missing,
  EEXIST: exists,
  ENOTEMPTY: exists,
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: notAllowed,
  EISDIR: (path) => ({ code: 'isFolder', status: 409, message: `“${path}” is a folder.` }),
  EINVAL: (path) => ({
    code: 'badName',
    status: 400,
    message: `The system does not take “${path}” as a name here.`,
  }),
  ENAMETOOLONG: (path) => ({
    code: 'nameTooLong',
    status: 400,
    message: `The name is too long for this disk: “${path.slice(0, 60)}…”.`,
    hint: 'Choose a shorter one.',
  }),
  ELOOP: (path) => ({ code: 'notServed', status: 403, message: `“${path}” is a link that leads to itself.` }),
  ENOSPC: full,
  EDQUOT: full,
  EBUSY: (path) => ({
    code: 'busy',
    status: 409,
    message: `“${path}” is in use by another program.`,
    hint: 'Close it there and try again.',
  }),
}

/** The refusal for a system error on `path`; throws the error on where it is none that a person could act on. */
export function diskRefusal(error: unknown, path: string): Refusal {
  const refusal = known[errorCode(error) ?? '']
  if (!refusal) throw error
  return refusal(path)
}

function notAllowed(path: string): Refusal {
  const message = `The system does not let this server change or read “${path}”.`
  return { code: 'notAllowed', status: 403, message, hint: 'Check its permissions.' }
}

function full(path: string): Refusal {
  const message = `The disk is full: “${path}” was not written. Nothing was changed.`
  return { code: 'diskFull', status: 507, message, hint: 'Free some space and try again.' }
}
