/** What can go wrong with the storage, said to a person: a code for programs, a sentence, and what to do. */

export type StoreErrorCode =
  | 'disk-full'
  | 'read-only'
  | 'busy'
  | 'damaged'
  | 'special'
  | 'gone'
  | 'no-store'
  | 'untrusted'
  | 'newer-version'
  | 'older-version'
  | 'conflict'
  | 'no-document'
  | 'closed'
  | 'io'

const hints: Readonly<Record<StoreErrorCode, string>> = {
  'disk-full': 'Free some space on the disk; nothing was half written, so the same can be tried again.',
  'read-only': 'Give yourself write permission to the project folder, or name another with --root.',
  busy: 'Another program held the history for long; try again, or close the other one.',
  damaged:
    'Stop the server. "yesterday fsck --salvage" makes a new history of what can be read and keeps the damaged one; "yesterday fsck --rebuild" is enough where only the index is damaged.',
  special:
    'Stop the server, look at where it comes from, and put the file itself there or remove what is in its place.',
  gone: 'Nothing is saved until the history is written again: the page and the terminal offer it.',
  'no-store': 'Nothing was recorded here yet; name the project folder with --root.',
  untrusted:
    'It can be read. To run code and record in it, trust it: start it once with "yesterday serve --trust", or give --trust to run, replay, restore, since or check.',
  'newer-version': 'Update Yesterday to read it.',
  'older-version':
    'Give yourself write permission to the project folder once, so that it can be brought up to date.',
  conflict: 'Read the present state again and retry.',
  'no-document': 'Open the notebook again.',
  closed: 'Open the store again.',
  io: 'The disk refused; look at its health and at the permissions of the project folder.',
}

/** Whether a text from outside is one of the codes. */
export const isStoreErrorCode = (text: string): text is StoreErrorCode => Object.hasOwn(hints, text)

/** A refusal of the storage. Nothing of the refused call was kept. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  readonly hint: string

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.hint = hints[code]
  }
}

/** An object whose bytes are not those that its digest names. */
export class DamagedObjectError extends StoreError {
  constructor(digest: string, found: string) {
    super('damaged', `object ${digest} is damaged: its bytes have the digest ${found}`)
  }
}

/** Primary result codes, https://sqlite.org/rescode.html */
const sqliteCodes = new Map<number, StoreErrorCode>([
  // Tables that are not there, for the program's own statements are sound.
  [1, 'damaged'],
  [5, 'busy'],
  [6, 'busy'],
  [8, 'read-only'],
  [10, 'io'],
  [11, 'damaged'],
  [13, 'disk-full'],
  [14, 'read-only'],
  [19, 'conflict'],
  [26, 'damaged'],
])

const systemCodes = new Map<unknown, StoreErrorCode>([
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EFBIG', 'disk-full'],
  ['EACCES', 'read-only'],
  ['EPERM', 'read-only'],
  ['EROFS', 'read-only'],
])

const sentences: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  'disk-full': 'the disk is full',
  'read-only': 'the project folder cannot be written',
  busy: 'the history is in use',
  damaged: 'the history is damaged',
  io: 'the disk refused to read or write',
}

/** What `node:sqlite` throws when the database itself refuses. */
export const isSqliteError = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && 'errcode' in thrown

/** What the system says of a disk that is full or closed to us. Other errors of the system are faults of ours. */
export const isDiskError = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && 'syscall' in thrown && 'code' in thrown && systemCodes.has(thrown.code)

/** Any thrown value as a `StoreError`; those that already are pass unchanged. */
export function asStoreError(thrown: unknown): StoreError {
  if (thrown instanceof StoreError) return thrown
  const code = codeOf(thrown)
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  const sentence = sentences[code]
  return new StoreError(code, sentence === undefined ? detail : `${sentence} (${detail})`, thrown)
}

function codeOf(thrown: unknown): StoreErrorCode {
  if (!(thrown instanceof Error)) return 'io'
  if ('errcode' in thrown && typeof thrown.errcode === 'number') {
    return sqliteCodes.get(thrown.errcode & 0xff) ?? 'io'
  }
  return ('code' in thrown ? systemCodes.get(thrown.code) : undefined) ?? 'io'
}
