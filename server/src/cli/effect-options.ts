/** Options of the commands that run the past again: which effects are repeated, and what isolates the replay. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'

export const EffectOptions = z.object({
  allowSending: z.boolean().default(false),
  allowProgram: z.boolean().default(false),
  allowWrites: z.array(z.string()).default([]),
  isolation: z.string().optional(),
})
export type EffectOptions = z.infer<typeof EffectOptions>

/** Adds them to a command. */
export const withEffectOptions = (command: Command): Command =>
  command
    .option('--allow-sending', 'leave the network open, and repeat requests that change something elsewhere')
    .option('--allow-program', 'start programs again even without isolation')
    .option(
      '--allow-writes <path...>',
      'where nothing isolates: write these files, or files below these folders',
    )
    .option(
      '--isolation <name>',
      'namespaces, bubblewrap, landlock, sandbox-exec or none; else the strongest',
    )

/** What the options allow, for a `ReplayWorld`. */
export const effectsAllowed = (options: EffectOptions) => ({
  maySend: options.allowSending,
  mayStart: options.allowProgram,
  mayWrite: options.allowWrites.map((path) => resolve(path)),
  isolation: options.isolation,
})
