/**
 * Who runs in a kernel's folder, and for whom: `process.json`, signed. Invariant: a process is signalled only if the
 * record's signature, its process id and its start time agree. The folder itself is untrusted data.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Ownership } from './kernel.ts'
import type { KernelFolder } from './kernel-folder.ts'
import { isSameProcess, type ProcessIdentity } from './process-identity.ts'
import { readRegularSync } from './regular-file.ts'

/** Signs and recognises records. The caller keeps the key outside of every folder that others may write. */
export interface Signer {
  sign(text: string): string
  verify(text: string, signature: string): boolean
}

const Identity = z.object({ pid: z.number().int().positive(), started: z.string().max(200) })
const RecordFile = z.object({
  process: Identity.nullable(),
  owner: Identity.nullable(),
  signature: z.string().max(200),
})

/** `owner` ends the kernel with itself; null if the kernel outlives the program that started it. */
export interface ProcessRecord {
  /** Null from the decision to start it until it is started. */
  readonly process: ProcessIdentity | null
  readonly owner: ProcessIdentity | null
}

/** At once and whole: a program that is killed between starting a process and noting it would leave an orphan. */
export function writeRecord(folder: KernelFolder, signer: Signer, { process, owner }: ProcessRecord): void {
  const signature = signer.sign(signedText(folder, { process, owner }))
  const temporary = `${folder.processFile}.new`
  writeFileSync(temporary, JSON.stringify({ process, owner, signature }), { mode: 0o600 })
  renameSync(temporary, folder.processFile)
}

/** Null if there is none, or if it was not signed by us for this kernel. */
export function readRecord(folder: KernelFolder, signer: Signer): ProcessRecord | null {
  try {
    const json: unknown = JSON.parse(readRegularSync(folder.processFile).toString())
    const { signature, ...record } = RecordFile.parse(json)
    return signer.verify(signedText(folder, record), signature) ? record : null
  } catch {
    return null
  }
}

const signedText = ({ kernelId }: KernelFolder, { process, owner }: ProcessRecord): string =>
  JSON.stringify([kernelId, process?.pid, process?.started, owner?.pid, owner?.started])

export function ownershipOf(record: ProcessRecord | null): Ownership {
  if (record === null) return 'unknown'
  const ownerRuns = record.owner !== null && isSameProcess(record.owner)
  if (record.owner !== null && !ownerRuns) return 'orphaned'
  if (record.process === null || !isSameProcess(record.process)) return ownerRuns ? 'owned' : 'gone'
  return ownerRuns ? 'owned' : 'free'
}

/**
 * Processes that name this kernel's connection file on their command line. For a start that was cut off between the
 * process and its note; Linux only, elsewhere empty.
 */
export function startedFor(folder: KernelFolder, pids: readonly string[]): readonly number[] {
  return pids.filter((pid) => commandLine(pid).includes(folder.connectionFile)).map(Number)
}

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0')
  } catch {
    return []
  }
}
