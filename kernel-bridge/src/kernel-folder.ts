/**
 * One kernel's folder in the runtime directory: connection file, logs, spool, and what a later server needs to know.
 * Invariant: folder mode 700, files mode 600.
 */
import { writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readConnection, readJson, writePrivately } from './connection.ts'
import type { KernelAddress, KernelSpec } from './kernel.ts'
import type { JsonObject } from './message.ts'
import { removeFile } from './remove-file.ts'
import { clearSockets } from './transport.ts'

const Fields = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null)

const KernelFacts = z.object({
  spec: z.object({
    name: z.string(),
    displayName: z.string(),
    language: z.string(),
    argv: z.array(z.string()),
    env: z.record(z.string(), z.string()),
    interruptMode: z.enum(['signal', 'message']),
    resourceDir: z.string().nullable(),
    metadata: Fields,
  }),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  info: Fields,
  agentProblem: z.string().nullable(),
})

/** What was true when the kernel started, for a server that finds it later. */
export interface KernelFacts {
  readonly spec: KernelSpec
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly info: JsonObject
  readonly agentProblem: string | null
}

/** The paths in one kernel's folder. */
export interface KernelFolder {
  readonly dir: string
  readonly connectionFile: string
  readonly spoolDir: string
  readonly factsFile: string
  /** Present while the kernel starts or waits, and is nobody's; names the server that started it. */
  readonly waitingFile: string
}

export function kernelFolder(runtimeDir: string, kernelId: string): KernelFolder {
  const dir = join(runtimeDir, kernelId)
  return {
    dir,
    connectionFile: join(dir, 'connection.json'),
    spoolDir: join(dir, 'spool'),
    factsFile: join(dir, 'kernel.json'),
    waitingFile: join(dir, 'waiting.json'),
  }
}

export async function makeFolder(folder: KernelFolder): Promise<void> {
  await mkdir(folder.spoolDir, { recursive: true, mode: 0o700 })
}

const Waiting = z.object({ server: z.number().int(), kernel: z.number().int() })

/**
 * Notes that a process was started for this folder and belongs to nobody yet. Both are process ids. At once: a server
 * that is killed before it has noted a process leaves one that nobody ends.
 */
export function noteWaiting(folder: KernelFolder, waiting: z.infer<typeof Waiting>): void {
  writeFileSync(folder.waitingFile, JSON.stringify(waiting), { mode: 0o600 })
}

/** Null where the kernel is somebody's. */
export async function readWaiting(folder: KernelFolder): Promise<z.infer<typeof Waiting> | null> {
  const read = Waiting.safeParse(await readJson(folder.waitingFile))
  return read.success ? read.data : null
}

/** The kernel is somebody's from now on. */
export function clearWaiting(folder: KernelFolder): Promise<void> {
  return removeFile(folder.waitingFile)
}

export function writeFacts(folder: KernelFolder, facts: KernelFacts): Promise<void> {
  return writePrivately(folder.factsFile, facts)
}

export async function readFacts(folder: KernelFolder): Promise<KernelFacts | null> {
  const read = KernelFacts.safeParse(await readJson(folder.factsFile))
  return read.success ? read.data : null
}

/** The process is gone: nobody can connect any more, but its spool stays. */
export async function clearConnection(folder: KernelFolder): Promise<void> {
  const connection = await readConnection(folder.connectionFile)
  if (connection !== null) await clearSockets(connection)
  await removeFile(folder.connectionFile)
}

export async function removeFolder(folder: KernelFolder): Promise<void> {
  await clearConnection(folder)
  await rm(folder.dir, { recursive: true, force: true })
}

export function addressOf(
  folder: KernelFolder,
  facts: { kernelId: string; specName: string; pid: number; startedAt: Date },
): KernelAddress {
  const { kernelId, specName, pid, startedAt } = facts
  const { connectionFile, spoolDir } = folder
  return { kernelId, specName, pid, connectionFile, spoolDir, startedAt: startedAt.toISOString() }
}
