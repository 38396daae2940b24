/** Options of the commands that run the past again: which effects are repeated, and what isolates the replay. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import type { ReplayPlan } from '../../contract/replay.ts'
import { optionFor } from '../replay/outside-names.ts'
import type { Refusal } from './answer.ts'

/** True is the option without a name, which is refused. */
const Names = z.union([z.array(z.string()), z.literal(true)]).default([])

export const EffectOptions = z.object({
  allowSending: Names,
  allowProgram: Names,
  allowWrites: z.array(z.string()).default([]),
  isolation: z.string().optional(),
})
export type EffectOptions = z.infer<typeof EffectOptions>

/** Adds them to a command. */
export const withEffectOptions = (command: Command): Command =>
  command
    .option(
      '--allow-sending [host...]',
      'ask these hosts in place of the record, and repeat requests that change something there',
    )
    .option(
      '--allow-program [command...]',
      'where nothing isolates: start these again, each the whole command or its program',
    )
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
  maySend: options.allowSending === true ? [] : options.allowSending,
  mayStart: options.allowProgram === true ? [] : options.allowProgram,
  mayWrite: options.allowWrites.map((path) => resolve(path)),
  isolation: options.isolation,
})

/** Refuses options that name nothing; with a plan, it lists what can be named. */
export function refuseUnnamed(
  { allowSending, allowProgram }: EffectOptions,
  allowable: ReplayPlan['allowable'] | null = null,
): Refusal | null {
  if (allowProgram === true)
    return unnamed('--allow-program', 'commands or programs', allowable?.programs ?? null)
  return allowSending === true ? unnamed('--allow-sending', 'hosts', allowable?.hosts ?? null) : null
}

function unnamed(option: string, what: string, names: readonly string[] | null): Refusal {
  const refusal = { code: 'no-name', message: `${option} needs the ${what} that it allows`, exit: 2 as const }
  if (names === null)
    return { ...refusal, hint: '`yesterday replay TARGET --dry-run` prints the option that each step needs.' }
  const hint =
    names.length === 0
      ? `There are no ${what} to allow here: leave it away.`
      : `All: ${optionFor(option, names)}`
  return { ...refusal, hint }
}
