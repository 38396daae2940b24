/** The Python program that starts a kernel in an isolation layer, its configuration, and what it reports. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentFolder, type KernelCommand, type WrapCommand } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { writeLimits } from './limits.ts'

/** The members that the launcher knows. */
export type Launched = 'namespaces' | 'bubblewrap' | 'landlock'

/** Twin of `config.py` of the launcher. */
export interface LaunchConfig {
  readonly store: string
  readonly runtime: readonly string[]
  readonly hidden: readonly string[]
  readonly touched: readonly string[]
  readonly network: boolean
  readonly storage: 'disk' | 'memory'
}

const State = z.object({
  /** Null if the member reports it elsewhere. */
  pid: z.number().int().nullable(),
  storage: z.enum(['disk', 'memory']).optional(),
  layers: z.array(z.object({ folder: z.string(), upper: z.string().nullable(), split: z.boolean() })),
  readOnly: z.array(z.string()).optional(),
  missing: z.array(z.string()).optional(),
  isExceeded: z.boolean(),
})
export type LaunchState = z.infer<typeof State>

/** Folders that any program may write to, beside those of the project. */
export const usualFolders = (): readonly string[] => [homedir(), tmpdir(), '/var/tmp']

/** The words that start `argv` in the member; the configuration is in `config.store`. */
export async function launchWords(
  member: Launched,
  python: string,
  config: LaunchConfig,
  { argv, cwd, folders }: KernelCommand,
): Promise<readonly string[]> {
  const limits = writeLimits(process.env)
  const file = join(config.store, 'config.json')
  const whole = {
    ...config,
    argv,
    cwd,
    runtime: [...config.runtime, ...folders],
    memory_bytes: limits.memory,
    disk_bytes: limits.disk,
    parent: process.pid,
  }
  for (const folder of [config.store, ...config.runtime])
    await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(file, JSON.stringify(whole), { mode: 0o600 })
  return [python, '-I', '-S', join(agentFolder, 'isolate.py'), member, file]
}

export const wrapBy =
  (member: Launched, python: string, config: LaunchConfig): WrapCommand =>
  (command) =>
    launchWords(member, python, config, command)

/** What the launcher reported; null where it has not come that far. */
export async function launchState(store: string): Promise<LaunchState | null> {
  const text = await readFile(join(store, 'state.json'), 'utf8').catch(() => null)
  if (text === null) return null
  const read = State.safeParse(JSON.parse(text))
  return read.success ? read.data : null
}
