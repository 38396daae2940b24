/**
 * One kernel's folder in the runtime directory: connection file, logs, spool, and what a later server needs to know.
 * Invariant: folder mode 700, files mode 600.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readConnection, readJson, writePrivately } from './connection.ts'
import type { KernelAddress, KernelSpec } from './kernel.ts'
import type { JsonObject } from './message.ts'
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
  /** Present while the kernel waits unused in a pool; names that server's process. */
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
  await rm(folder.connectionFile, { force: true })
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
