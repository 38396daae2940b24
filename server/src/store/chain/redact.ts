/** Prepares a redaction: what takes the place of which entries, and the signed record of it. */
import { StoreError } from '../errors.ts'
import { LogEntry } from '../log-entry.ts'
import type { Redaction } from '../ports.ts'
import type { Queryable } from '../reader.ts'
import { bytes, text } from '../row.ts'
import type { Replacement, WriteRequest } from '../write-request.ts'
import { entryDigest, hex, newSalt } from './links.ts'
import type { SigningKey } from './signing-key.ts'

/** Throws `StoreError` if an entry is not there, or if its replacement is about something else. */
export function redactRequest(
  db: Queryable,
  key: SigningKey,
  { entries, objects, by, at, reason }: Redaction,
): Extract<WriteRequest, { type: 'redact' }> {
  const replacements = entries.map(({ seq, entry }) => replacementOf(db, seq, entry))
  const record = key.sign({
    type: 'entries-redacted' as const,
    at,
    by,
    reason,
    entries: replacements.map(({ seq, salt, body }) => ({
      seq,
      original: originalDigest(db, seq),
      digest: hex(entryDigest(salt, body)),
    })),
    objects: objects.length,
  })
  return { type: 'redact', replacements, record, objects }
}

function replacementOf(db: Queryable, seq: number, entry: LogEntry): Replacement {
  const row = db.prepare('SELECT body FROM log WHERE seq = ?').get(seq)
  if (row === undefined) throw new StoreError('conflict', `the log has no entry ${seq}`)
  const replaced = LogEntry.parse(JSON.parse(text(row, 'body')))
  if (subjectOf(replaced) !== subjectOf(entry))
    throw new StoreError(
      'conflict',
      `entry ${seq} is a "${replaced.type}"; its redacted form must be about the same`,
    )
  const parsed = LogEntry.parse(entry)
  return { seq, entry: parsed, body: JSON.stringify(parsed), salt: newSalt() }
}

/** What a redaction must leave as it is. */
function subjectOf(entry: LogEntry): string {
  const { type, at } = entry
  const session = 'session' in entry ? entry.session : null
  const run = 'run' in entry ? entry.run : null
  const checkpoint = 'checkpoint' in entry ? entry.checkpoint : null
  return JSON.stringify([type, at, session, run, checkpoint])
}

function originalDigest(db: Queryable, seq: number): string {
  const row = db.prepare('SELECT digest FROM chain WHERE seq = ?').get(seq)
  if (row === undefined) throw new StoreError('damaged', `entry ${seq} of the log is not in the hash chain`)
  return hex(bytes(row, 'digest'))
}
