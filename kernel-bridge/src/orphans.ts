/**
 * Kernels whose owner was killed: found by the folders of the runtime directory, ended, and removed. Invariant: only
 * what a record that we signed proves to be ours is signalled; what one spooled stays for the log to take in.
 */
import { readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type KernelHere, LOCAL } from './kernel.ts'
import { foldersIn, type KernelFolder, removeUnlessSpooled } from './kernel-folder.ts'
import { isCutStart } from './owned-name.ts'
import { endProcess } from './process.ts'
import { identifyProcess, isSameProcess, type ProcessIdentity } from './process-identity.ts'
import { ownershipOf, type ProcessRecord, readRecord, type Signer, startedFor } from './process-record.ts'

/** A folder without a record, as earlier versions made them: after this time it is left over, ms. */
const ABANDONED_MS = 60_000

/** Every kernel's folder, and who has it. */
export async function kernelsIn(runtimeDir: string, signer: Signer): Promise<readonly KernelHere[]> {
  const folders = await foldersIn(runtimeDir)
  return folders.map((folder) => {
    const record = readRecord(folder, signer)
    const process = record?.process ?? null
    const pid = process !== null && isSameProcess(process) ? process.pid : null
    return { provider: LOCAL, kernelId: folder.kernelId, ownership: ownershipOf(record), pid }
  })
}

/** Returns how many processes were ended. */
export async function endOrphans(runtimeDir: string, signer: Signer): Promise<number> {
  await removeCutStarts(runtimeDir)
  let ended = 0
  for (const folder of await foldersIn(runtimeDir)) {
    const record = readRecord(folder, signer)
    if (record === null) await removeAbandoned(folder)
    if (record === null || ownershipOf(record) !== 'orphaned') continue
    for (const process of await processesOf(folder, record)) if (await endProcess(process)) ended += 1
    await removeUnlessSpooled(folder)
  }
  return ended
}

/** A start that was cut off may have left a process that its record does not name yet. */
async function processesOf(folder: KernelFolder, record: ProcessRecord): Promise<readonly ProcessIdentity[]> {
  if (record.process !== null) return [record.process]
  const pids = await readdir('/proc').catch(() => [])
  return startedFor(
    folder,
    pids.filter((pid) => /^\d+$/.test(pid)),
  ).flatMap((pid) => identifyProcess(pid) ?? [])
}

async function removeCutStarts(runtimeDir: string): Promise<void> {
  const names = await readdir(runtimeDir).catch(() => [])
  const cut = names.filter(isCutStart).map((name) => join(runtimeDir, name))
  await Promise.all(cut.map((path) => rm(path, { recursive: true, force: true })))
}

/** Only a folder that holds nothing: it fails for every other. */
async function removeAbandoned({ dir, spoolDir }: KernelFolder): Promise<void> {
  const found = await stat(dir).catch(() => null)
  if (found === null || Date.now() - found.mtimeMs < ABANDONED_MS) return
  await rmdir(spoolDir).catch(() => undefined)
  await rmdir(dir).catch(() => undefined)
}
