/** pure. Words errors of the disk for a person, with what to do. Throws unexpected errors on. */
import { visibleName } from '../../contract/file-names.ts'
import type { Refusal } from '../document/ports.ts'

export const missing = (path: string): Refusal => ({
  code: 'missing',
  status: 404,
  message: `There is no “${visibleName(path)}” in this project.`,
})
export const exists = (path: string): Refusal => ({
  code: 'exists',
  status: 409,
  message: `“${visibleName(path)}” exists already.`,
  hint: 'Choose another name.',
})
export const notServed = (path: string): Refusal => ({
  code: 'notServed',
  status: 403,
  message: `“${visibleName(path)}” is not served: hidden files and what lies outside the project folder stay closed.`,
})

/** For what is not a regular file where one is needed. */
export const special = (path: string): Refusal => ({
  code: 'special',
  status: 409,
  message: `“${visibleName(path)}” is a pipe, device or socket, which is never opened here.`,
  hint: 'Use a regular file.',
})

/** For a folder where a file is needed. */
const isFolder = (path: string): Refusal => ({
  code: 'isFolder',
  status: 409,
  message: `“${visibleName(path)}” is a folder, and this needs a file.`,
  hint: 'Open the folder and choose a file in it.',
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
  EISDIR: isFolder,
  ENOTREGULAR: special,
  ENXIO: special,
  ERR_FS_CP_FIFO_PIPE: special,
  ERR_FS_CP_SOCKET: special,
  ERR_FS_CP_UNKNOWN: special,
  ERR_STREAM_PREMATURE_CLOSE: aborted,
  ECONNRESET: aborted,
  EINVAL: (path) => ({
    code: 'badName',
    status: 400,
    message: `The system does not take “${visibleName(path)}” as a name here.`,
  }),
  ENAMETOOLONG: (path) => ({
    code: 'nameTooLong',
    status: 400,
    message: `The name is too long for this disk: “${visibleName(path.slice(0, 60))}…”.`,
    hint: 'Choose a shorter one.',
  }),
  ELOOP: (path) => ({
    code: 'notServed',
    status: 403,
    message: `“${visibleName(path)}” is a link that leads to itself.`,
  }),
  ENOSPC: full,
  EDQUOT: full,
  EBUSY: (path) => ({
    code: 'busy',
    status: 409,
    message: `“${visibleName(path)}” is in use by another program.`,
    hint: 'Close it there and try again.',
  }),
}

/** The refusal for a system error on `path`. Throws the error where the system did not make it. */
export function diskRefusal(error: unknown, path: string): Refusal {
  const code = errorCode(error) ?? ''
  const refusal = Object.hasOwn(known, code) ? known[code] : undefined
  if (refusal !== undefined) return refusal(path)
  if (error instanceof Error && 'syscall' in error) return diskFailed(path, error.message)
  throw error
}

const diskFailed = (path: string, reason: string): Refusal => ({
  code: 'diskFailed',
  status: 500,
  message: `The disk refused the work on “${visibleName(path)}”: ${reason}.`,
  hint: 'Look at the health of the disk and try again.',
})

function aborted(path: string): Refusal {
  const message = `“${visibleName(path)}” was not received whole. Nothing was changed.`
  return { code: 'aborted', status: 400, message, hint: 'Send it again.' }
}

function notAllowed(path: string): Refusal {
  const message = `The system does not let this server change or read “${visibleName(path)}”.`
  return { code: 'notAllowed', status: 403, message, hint: 'Check its permissions.' }
}

function full(path: string): Refusal {
  const message = `The disk is full: “${visibleName(path)}” was not written. Nothing was changed.`
  return { code: 'diskFull', status: 507, message, hint: 'Free some space and try again.' }
}
