/** The run log with every entry masked before it is appended: whatever part of the server wrote it. */
import type { Masker } from '@yesterday/kernel-bridge'
import type { LogEntry } from './log-entry.ts'
import type { RunLog } from './ports.ts'

/** Longer entries are masked text by text. */
const AT_ONCE = 256 * 1024

export const maskedLog = (log: RunLog, masker: Masker): RunLog => ({
  append: (entries, blobs) =>
    log.append(
      entries.map((entry) => maskedEntry(entry, masker)),
      blobs,
    ),
  read: (after) => log.read(after),
  redact: (redaction) =>
    log.redact({
      ...redaction,
      entries: redaction.entries.map(({ seq, entry }) => ({ seq, entry: maskedEntry(entry, masker) })),
    }),
})

/** Most entries hold no secret: one search of their whole text shows it. */
export function maskedEntry(entry: LogEntry, masker: Masker): LogEntry {
  const text = JSON.stringify(entry)
  return text.length <= AT_ONCE && masker.find(text).length === 0 ? entry : masker.maskTree(entry)
}
