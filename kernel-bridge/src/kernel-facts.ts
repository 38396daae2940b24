/** `kernel.json` of a kernel's folder: what was true when the kernel started, for a server that finds it later. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { readJson, writePrivately } from './connection.ts'
import type { KernelSpec } from './kernel.ts'
import type { KernelFolder } from './kernel-folder.ts'
import type { JsonObject } from './message.ts'
import type { Signer } from './process-record.ts'
import { type Seal, sealWith } from './secrets/seal.ts'

const Fields = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null)

const Where = z.object({
  provider: z.string(),
  id: z.string(),
  title: z.string(),
  problem: z.string().nullable(),
})

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
    where: Where.exactOptional(),
  }),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  info: Fields,
  agentProblem: z.string().nullable(),
})

export interface KernelFacts {
  readonly spec: KernelSpec
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly info: JsonObject
  readonly agentProblem: string | null
}

/** Sealed: a kernelspec may give its kernels passwords as environment variables. */
export function writeFacts(folder: KernelFolder, signer: Signer, facts: KernelFacts): Promise<void> {
  const sealed = sealOf(signer).seal(Buffer.from(JSON.stringify(facts)), folder.kernelId)
  return writePrivately(folder.factsFile, Buffer.from(sealed).toString('base64'))
}

/** Null where they are missing, broken, or not sealed by this signer. */
export async function readFacts(folder: KernelFolder, signer: Signer): Promise<KernelFacts | null> {
  const sealed = z.string().safeParse(await readJson(folder.factsFile))
  if (!sealed.success) return null
  try {
    const bytes = sealOf(signer).open(Buffer.from(sealed.data, 'base64'), folder.kernelId)
    return KernelFacts.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    return null
  }
}

const sealOf = (signer: Signer): Seal =>
  sealWith(() => createHash('sha256').update(signer.sign('seal of kernel.json')).digest())
