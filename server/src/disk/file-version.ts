/** pure. Names the version of a file on disk, so that a change by another program is noticed before it is overwritten. */
import type { BigIntStats } from 'node:fs'

/** Differs once the file was written or replaced. In the form of an HTTP entity tag (RFC 9110, 8.8.3). */
export const versionOf = ({ mtimeNs, size, ino }: Pick<BigIntStats, 'mtimeNs' | 'size' | 'ino'>): string =>
  `"${mtimeNs.toString(36)}-${size.toString(36)}-${ino.toString(36)}"`
