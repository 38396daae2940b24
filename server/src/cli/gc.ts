/** `yesterday gc`: deletes the bytes that only old runs need; shows the plan first. */
import { realpathSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { keptBytes, letGo } from '../lineage/collect.ts'
import { type BytesKind, planRetention, type RetentionPlan } from '../lineage/retention.ts'
import { ServerLock } from '../user/server-lock.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { projectRoot } from './project-root.ts'
import { counted, size } from './text.ts'

const DAY_MS = 86_400_000
const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }
const Size = z
  .string()
  .regex(/^\d+(\.\d+)?\s*[kmgt]?(i?b)?$/i, 'a size as 500M or 2G')
  .transform((text) => {
    const [, number = '0', unit = ''] = /^([\d.]+)\s*([kmgt]?)/i.exec(text) ?? []
    return Number(number) * (units[unit.toLowerCase()] ?? 1)
  })
const Options = CommonOptions.extend({
  olderThan: z.coerce.number('a number of days').min(0, 'a number of days').default(30),
  keep: Size.optional(),
  apply: z.boolean().default(false),
})
type Options = z.infer<typeof Options>

const examples = `
Examples:
  yesterday gc                            what would be deleted of runs older than 30 days
  yesterday gc --older-than 7 --apply     delete it
  yesterday gc --keep 2G --apply          and of younger ones, the oldest first, until 2 GiB are kept

Kept whatever its age: the newest run of each cell and the newest that ended well, what a checkpoint names, sessions that are
open.
Code, outputs and records are never removed; a run without its bytes says that it cannot be replayed, and why.`

/** Adds the command. */
export function registerGc(program: Command): void {
  program
    .command('gc')
    .description('delete stored values, file versions and random states that only old runs need')
    .option('--older-than <days>', 'only of runs that ended at least so many days ago', '30')
    .option('--keep <size>', 'keep at most this size in total, as 500M or 2G')
    .option('--apply', 'apply the plan; without it, the plan is only shown')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (raw: unknown) => {
      const options = Options.safeParse(raw)
      const json = CommonOptions.safeParse(raw).data?.json ?? false
      await perform({ json }, async () => (options.success ? gc(options.data) : badOption(options.error)))
    })
}

function badOption({ issues: [issue] }: z.ZodError): Refusal {
  const option = issue?.path[0] === 'keep' ? '--keep' : '--older-than'
  return {
    code: 'bad-option',
    message: `${option} wants ${issue?.message ?? 'another value'}`,
    hint: 'See yesterday gc --help.',
    exit: 2,
  }
}

async function gc({ olderThan, keep, apply, json, root: named }: Options): Promise<Refusal | null> {
  const root = projectRoot({ root: named })
  const { openStore, openStoreToRead } = await import('../store/open-store.ts')
  const now = new Date()
  const policy = {
    before: new Date(now.getTime() - olderThan * DAY_MS).toISOString(),
    maxBytes: keep ?? null,
  }
  const reading = openStoreToRead({ root })
  const stored = await keptBytes(reading).finally(() => reading.close())
  const plan = planRetention(stored.runs, stored.sizes, policy)
  if (apply) {
    // A run that is recorded meanwhile may refer to bytes that are about to be deleted.
    const lock = await ServerLock.take(realpathSync(root), 'gc', 'work')
    if (!(lock instanceof ServerLock)) return served
    const store = await openStore({ root })
    try {
      await letGo(store, plan, `yesterday gc --older-than ${olderThan}`, now.toISOString())
    } finally {
      await store.close()
      lock.release()
    }
  }
  if (json) printJson({ ...plan, applied: apply })
  else printLines(planLines(plan, apply))
  return null
}

const served: Refusal = {
  code: 'busy',
  message: 'this folder is being served, and the server may need what would be deleted',
  hint: 'Stop the server, then run this command again.',
  exit: 1,
}

const kinds: readonly BytesKind[] = ['value', 'file', 'random state']

function planLines(
  { runs, letGo: given, freedBytes, keptBytes: left, keptRuns }: RetentionPlan,
  applied: boolean,
): readonly string[] {
  const total = `${size(freedBytes)} of ${size(freedBytes + left)}`
  if (given.length === 0) return [`nothing to delete: ${size(left)} are kept for ${counted(keptRuns, 'run')}`]
  const lines = kinds.flatMap((kind) => {
    const those = given.filter((one) => one.kind === kind)
    const bytes = those.reduce((sum, one) => sum + one.size, 0)
    return those.length === 0 ? [] : [`  ${counted(those.length, kind)}, ${size(bytes)}`]
  })
  return [
    `${applied ? 'deleted' : 'would delete'} the bytes of ${counted(runs.length, 'run')}, ${total}:`,
    ...lines,
    `kept: ${counted(keptRuns, 'run')}, and all code, outputs and records`,
    ...(applied ? [] : ['nothing was removed; do it with --apply']),
  ]
}
